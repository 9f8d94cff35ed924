"""Batches -> templates, sessions and units to learn from, cut into a head and a held-out tail."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from burl.decide.times import FOREVER_NS
from burl.detect import Progress
from burl.errors import InputError
from burl.parse import Catalogue
from burl.parse.continuation import Continuations, shape
from burl.parse.masks import Masker
from burl.parse.parser import Parser
from burl.parse.settings import ParseSettings
from burl.parse.template_set import TemplateSet
from burl.parse.train import train_templates
from burl.receive.batch import Batch, Ints, StreamTable
from burl.train.corpus import Corpus, Split, split
from burl.train.labels import mark, with_continuations
from burl.train.session_spec import session_spec
from burl.train.untimed import are_timed, spaced
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.window.windower import Windowed, Windower

_HOLDOUT_SHARE = 0.25
_MIN_RECORDS = 100
_NEVER_SECONDS = 1e9
_COLUMNS = ("bodies", "times_ns", "timed", "streams", "severities")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How records become units.

    Attributes:
        sessions: `auto`, `none`, `NAME=REGEX` or attribute names.
        whole_sessions: sessions are known to be whole, however long they are silent.
    """

    sessions: Sequence[str] = ("auto",)
    parse: ParseSettings = field(default_factory=ParseSettings)
    window: WindowSettings = field(default_factory=WindowSettings)
    whole_sessions: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """What detectors are fitted on. Templates and sessions are those of all training records.

    Attributes:
        split: head and tail, with templates of the head alone.
        whole: both, with templates of both.
        records: how many there were, from `start_ns` to `end_ns`; the tail begins at `cut_ns`.
    """

    templates: TemplateSet
    sessions: SessionSpec
    split: Split
    whole: Corpus
    records: int
    start_ns: int
    end_ns: int
    cut_ns: int


def prepare(
    recipe: Recipe,
    batches: list[Batch],
    streams: StreamTable,
    progress: Progress,
    abnormal: AbstractSet[str] | None = None,
) -> Prepared:
    """Make units of `batches` twice: with templates of the head only, and with those of everything.

    Args:
        recipe: how.
        batches: all training records, in order of time.
        streams: who wrote them.
        progress: told how far it is.
        abnormal: uids of the records that are labelled abnormal, None when nothing is labelled. No template
            is mined from them.

    Raises:
        InputError: there are too few records.
        ConfigError: a session is not known.
    """
    timed = are_timed(batches)
    if not timed:
        batches = spaced(batches)
    times = np.concatenate([np.empty(0, dtype=np.int64), *(batch.times_ns for batch in batches)])
    if len(times) < _MIN_RECORDS:
        raise InputError(f"{len(times)} records are too few to learn from; it takes {_MIN_RECORDS}")
    cut_ns = int(np.quantile(times, 1 - _HOLDOUT_SHARE, method="lower"))
    trial = _part(recipe, batches, streams, cut_ns, progress, abnormal=abnormal)
    final = _part(recipe, batches, streams, FOREVER_NS, progress, abnormal=abnormal)
    for corpus in (trial.split.fit, trial.split.holdout, final.split.fit):
        corpus.timed = timed
    return Prepared(
        templates=final.templates,
        sessions=final.sessions,
        split=trial.split,
        whole=final.split.fit,
        records=len(times),
        start_ns=int(times.min()),
        end_ns=int(times.max()),
        cut_ns=cut_ns,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    templates: TemplateSet
    sessions: SessionSpec
    split: Split


def _part(
    recipe: Recipe,
    batches: list[Batch],
    streams: StreamTable,
    cut_ns: int,
    progress: Progress,
    *,
    abnormal: AbstractSet[str] | None,
) -> _Part:
    """Mine templates and find sessions before `cut_ns`, then cut everything into units there."""
    heads = _heads(batches, cut_ns, abnormal or set())
    templates = train_templates(heads, recipe.parse, progress)
    catalogue = Catalogue()
    parser = Parser(recipe.parse, catalogue, templates)
    parsed = [(batch, parser.parse(batch.bodies, batch.streams)) for batch in batches]
    early = (_before(batch, found, cut_ns) for batch, found in parsed)
    sessions = session_spec(recipe.sessions, early, catalogue, parser.parameters, streams)
    if recipe.whole_sessions:
        sessions = sessions.model_copy(update={"timeout_seconds": _NEVER_SECONDS})
    windower = Windower(recipe.window, catalogue, streams, sessions, parser.parameters)
    cut = split(windowed(windower, parsed, progress), catalogue, streams, cut_ns)
    if recipe.whole_sessions:
        as_whole(cut.fit)
        as_whole(cut.holdout)
    if abnormal is not None:
        label(cut, parsed, abnormal)
    return _Part(templates, sessions, cut)


def _before(batch: Batch, templates: Ints, cut_ns: int) -> tuple[Batch, Ints]:
    """Return what of a batch, which is in order of time, came before `cut_ns`."""
    count = int(batch.times_ns.searchsorted(cut_ns))
    cut = {name: getattr(batch, name)[:count] for name in _COLUMNS}
    return replace(batch, **cut), templates[:count]


def as_whole(corpus: Corpus) -> None:
    """Mark the sessions of `corpus` as complete: whoever made them knows that nothing of them is missing."""
    if corpus.sessions is not None:
        corpus.sessions.complete[:] = True


def label(cut: Split, parsed: list[tuple[Batch, Ints]], abnormal: AbstractSet[str]) -> None:
    """Label the units of both parts; a record is abnormal when one of its continuation lines is."""
    records, heads = set(abnormal), dict[int, str]()
    for batch, templates in parsed:
        with_continuations(batch, templates, records, heads)
    mark(cut.fit, records)
    mark(cut.holdout, records)


def windowed(windower: Windower, parsed: list[tuple[Batch, Ints]], progress: Progress) -> Iterator[Windowed]:
    """Yield what each batch closed, and what was open at the end."""
    for number, (batch, templates) in enumerate(parsed):
        yield windower.feed(batch, templates)
        progress("windows", (number + 1) / len(parsed))
    yield windower.flush()


def _heads(batches: list[Batch], cut_ns: int, abnormal: AbstractSet[str]) -> Iterator[str]:
    """Yield the bodies before `cut_ns` that continue no record and are not abnormal."""
    shape_of = lru_cache(maxsize=100_000)(shape)
    continuations = Continuations(max_streams=1_000_000)
    for batch in batches:
        rows = zip(batch.bodies, batch.streams.tolist(), batch.times_ns.tolist(), strict=True)
        for index, (body, stream, time_ns) in enumerate(rows):
            line = Masker.key(body.lstrip("\r\n").partition("\n")[0]).decode(errors="surrogatepass")
            starts = continuations.starts(shape_of(line), stream)
            if starts and time_ns < cut_ns and not (abnormal and batch.origin.uid(index) in abnormal):
                yield body
