"""`burl train`: inputs -> templates, sessions, fitted and calibrated detectors -> a bundle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from burl.bundle import Manifest
from burl.clock import SystemClock
from burl.decide.settings import DecideSettings
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
from burl.receive.files import FileFormat, FileReader
from burl.receive.settings import ReceiveSettings
from burl.train.choice import choose
from burl.train.corpus import Corpus, Split, split
from burl.train.fitting import Fitted, fit
from burl.train.publish import Trained, publish
from burl.train.session_spec import session_spec
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.window.windower import Windowed, Windower

_HOLDOUT_SHARE = 0.25
_MIN_RECORDS = 100
_ALL_NS = 1 << 62


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What to train on, and how.

    Attributes:
        detectors: specs `name[:unit]`, or `auto`.
        sessions: `auto`, `none`, `NAME=REGEX` or attribute names.
    """

    inputs: Sequence[Path]
    out: Path
    detectors: Sequence[str] = ("auto",)
    format: FileFormat = "auto"
    sessions: Sequence[str] = ("auto",)
    seed: int = 0
    receive: ReceiveSettings = field(default_factory=ReceiveSettings)
    parse: ParseSettings = field(default_factory=ParseSettings)
    window: WindowSettings = field(default_factory=WindowSettings)
    decide: DecideSettings = field(default_factory=DecideSettings)


def train(request: TrainRequest, progress: Progress) -> Manifest:
    """Train a bundle and write it to `request.out`; nothing is left behind when it fails.

    Raises:
        InputError: the inputs cannot be read, or hold too little.
        ConfigError: a detector or a session is not known.
        BundleError: `request.out` is something else than a bundle.
    """
    streams = StreamTable()
    reader = FileReader(request.receive, streams, SystemClock())
    batches = list(reader.read(request.inputs, request.format))
    times = np.concatenate([batch.times_ns for batch in batches]) if batches else np.empty(0, dtype=np.int64)
    if len(times) < _MIN_RECORDS:
        raise InputError(f"{len(times)} records are too few to learn from; it takes {_MIN_RECORDS}")
    cut_ns = int(np.quantile(times, 1 - _HOLDOUT_SHARE, method="lower"))
    trial = _prepare(request, batches, streams, cut_ns, progress)
    final = _prepare(request, batches, streams, _ALL_NS, progress)
    fitted = list(_fitted(request, trial.split, final.split.fit, progress))
    trained = Trained(
        fitted=fitted,
        templates=final.templates,
        sessions=final.sessions,
        corpus=final.split.fit,
        records=len(times),
        start_ns=int(times.min()),
        end_ns=int(times.max()),
        cut_ns=cut_ns,
    )
    return publish(
        request.out,
        trained,
        inputs=request.inputs,
        seed=request.seed,
        window=request.window,
        clock=SystemClock(),
    )


@dataclass(frozen=True, slots=True)
class _Prepared:
    templates: TemplateSet
    sessions: SessionSpec
    split: Split


def _prepare(
    request: TrainRequest, batches: list[Batch], streams: StreamTable, cut_ns: int, progress: Progress
) -> _Prepared:
    """Mine templates and find sessions before `cut_ns`, then cut everything into units there."""
    templates = train_templates(_heads(batches, cut_ns), request.parse, progress)
    catalogue = Catalogue()
    parser = Parser(request.parse, catalogue, templates)
    parsed = [(batch, parser.parse(batch.bodies, batch.streams)) for batch in batches]
    early = [(batch, found) for batch, found in parsed if int(batch.times_ns[-1]) < cut_ns]
    sessions = session_spec(request.sessions, early, catalogue, parser.parameters)
    windower = Windower(request.window, catalogue, streams, sessions, parser.parameters)
    return _Prepared(
        templates, sessions, split(_windowed(windower, parsed, progress), catalogue, streams, cut_ns)
    )


def _heads(batches: list[Batch], cut_ns: int) -> Iterator[str]:
    """Yield the bodies before `cut_ns` that continue no record."""
    shape_of = lru_cache(maxsize=100_000)(shape)
    continuations = Continuations(max_streams=1_000_000)
    for batch in batches:
        rows = zip(batch.bodies, batch.streams.tolist(), batch.times_ns.tolist(), strict=True)
        for body, stream, time_ns in rows:
            line = Masker.key(body.lstrip("\r\n").partition("\n")[0]).decode(errors="surrogatepass")
            if continuations.starts(shape_of(line), stream) and time_ns < cut_ns:
                yield body


def _windowed(windower: Windower, parsed: list[tuple[Batch, Ints]], progress: Progress) -> Iterator[Windowed]:
    for number, (batch, templates) in enumerate(parsed):
        yield windower.feed(batch, templates)
        progress("windows", (number + 1) / len(parsed))
    yield windower.flush()


def _fitted(request: TrainRequest, trial: Split, whole: Corpus, progress: Progress) -> Iterator[Fitted]:
    for spec, why in choose(request.detectors, trial):
        fitted = fit(spec, trial, whole, seed=request.seed, progress=_named(progress, spec))
        fitted.chosen_because = why
        yield fitted


def _named(progress: Progress, name: str) -> Progress:
    return lambda _stage, fraction: progress(name, fraction)
