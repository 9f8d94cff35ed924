"""`burl train`: inputs -> templates, sessions, fitted and calibrated detectors -> a bundle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from burl.bundle import Manifest
from burl.clock import SystemClock
from burl.decide.settings import DecideSettings
from burl.detect import Progress
from burl.detect.embeddings import TextResources, imported
from burl.errors import InputError
from burl.parse.settings import ParseSettings
from burl.parse.template_set import TemplateSet
from burl.receive.batch import StreamTable
from burl.receive.files import FileFormat, detect_format
from burl.receive.raw_lines import STDIN
from burl.receive.sequences import EventSequence, read_sequences
from burl.receive.settings import ReceiveSettings
from burl.train.auxiliary import masked_lines
from burl.train.choice import Choice, choose
from burl.train.corpus import Corpus, Split
from burl.train.fitting import Fitted, fit
from burl.train.labels import labelled_uids, read_labels
from burl.train.lessons import Lessons
from burl.train.prepare import Prepared, Recipe, prepare
from burl.train.publish import Trained, publish
from burl.train.sequences import SequenceSource, cut_traces, sequence_config, template_texts
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.write.settings import OpenSearchSettings
from burl_opensearch.reading.inputs import read_inputs

_MIN_SEQUENCES = 4


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What to train on, and how.

    Attributes:
        detectors: specs `name[:unit]`, or `auto`.
        sessions: `auto`, `none`, `NAME=REGEX` or attribute names.
        labels: a file that says which lines are abnormal.
        auxiliary: files with lines of other systems, for detectors that learn from them what is not normal.
        lessons: what people said of findings; used where no `labels` are given.
    """

    inputs: Sequence[Path]
    out: Path
    detectors: Sequence[str] = ("auto",)
    format: FileFormat = "auto"
    sessions: Sequence[str] = ("auto",)
    seed: int = 0
    labels: Path | None = None
    auxiliary: Sequence[Path] = ()
    lessons: Lessons = field(default_factory=Lessons)
    receive: ReceiveSettings = field(default_factory=ReceiveSettings)
    parse: ParseSettings = field(default_factory=ParseSettings)
    window: WindowSettings = field(default_factory=WindowSettings)
    decide: DecideSettings = field(default_factory=DecideSettings)
    opensearch: OpenSearchSettings = field(default_factory=OpenSearchSettings)


def train(request: TrainRequest, progress: Progress) -> Manifest:
    """Train a bundle and write it to `request.out`; nothing is left behind when it fails.

    Raises:
        InputError: the inputs or the labels cannot be read, or hold too little.
        ConfigError: a detector or a session is not known.
        BundleError: `request.out` is something else than a bundle.
    """
    # a file that cannot be read is told before hours of logs are
    resources = TextResources(imported(), masked_lines(request.auxiliary, request.parse))
    of = _of_sequences if _are_sequences(request) else _of_lines
    trained = of(request, resources, progress)
    return publish(
        request.out,
        trained,
        inputs=request.inputs,
        seed=request.seed,
        window=request.window,
        clock=SystemClock(),
    )


def _of_lines(request: TrainRequest, resources: TextResources, progress: Progress) -> Trained:
    streams = StreamTable()
    batches = list(
        read_inputs(
            request.inputs,
            request.format,
            receive=request.receive,
            opensearch=request.opensearch,
            streams=streams,
            clock=SystemClock(),
        )
    )
    abnormal: set[str] | None = request.lessons.abnormal(batches, request.parse) or None
    if request.labels:
        abnormal = labelled_uids(batches, read_labels(request.labels))
    recipe = Recipe(request.sessions, request.parse, request.window)
    prepared = prepare(recipe, batches, streams, progress, abnormal)
    fitted = list(_fitted(request, resources, prepared.split, prepared.whole, progress))
    return _trained(fitted, prepared, prepared.templates.superseding(request.lessons.known()))


def _trained(fitted: list[Fitted], prepared: Prepared, templates: TemplateSet) -> Trained:
    return Trained(
        fitted=fitted,
        templates=templates,
        sessions=prepared.sessions,
        corpus=prepared.whole,
        records=prepared.records,
        start_ns=prepared.start_ns,
        end_ns=prepared.end_ns,
        cut_ns=prepared.cut_ns,
    )


def _are_sequences(request: TrainRequest) -> bool:
    """Return True when the inputs are sequences of event ids; others are left for their reader to refuse."""
    if request.format == "sequences":
        return True
    files = [path for path in request.inputs if path != STDIN and path.is_file()]
    return request.format == "auto" and any(detect_format(path) == "sequences" for path in files)


def _of_sequences(request: TrainRequest, resources: TextResources, progress: Progress) -> Trained:
    rows = cut_traces([row for path in request.inputs for row in _training_rows(path)])
    if len(rows) < _MIN_SEQUENCES:
        raise InputError(f"{len(rows)} normal sequences are too few to learn from; it takes {_MIN_SEQUENCES}")
    source = SequenceSource(template_texts(request.inputs[0].parent))
    split, whole = source.split(rows)
    fitted = list(_fitted(request, resources, split, whole, progress, of_events=True))
    sessions = whole.sequences("session")
    return Trained(
        fitted=fitted,
        templates=TemplateSet.of((), request.parse),
        sessions=SessionSpec(kinds=()),
        corpus=whole,
        records=len(sessions.templates),
        start_ns=int(sessions.times_ns[0]),
        end_ns=int(sessions.times_ns[-1]),
        cut_ns=int(split.holdout.sequences("session").times_ns[0]),
    )


def _training_rows(path: Path) -> list[EventSequence]:
    """Return the normal sequences of the training part, of all parts where none is called so."""
    rows = [row for row in read_sequences(path) if row.events and not row.label]
    return [row for row in rows if row.split == "train"] or rows


def _fitted(
    request: TrainRequest,
    resources: TextResources,
    trial: Split,
    whole: Corpus,
    progress: Progress,
    *,
    of_events: bool = False,
) -> Iterator[Fitted]:
    for choice in choose(request.detectors, trial):
        tried = [
            fit(
                spec,
                trial,
                whole,
                seed=request.seed,
                progress=_named(progress, spec),
                config=sequence_config(spec) if of_events else None,
                validated=bool(choice.rivals),
                resources=resources,
            )
            for spec in (choice.spec, *choice.rivals)
        ]
        yield _best(tried, choice)


def _best(tried: Sequence[Fitted], choice: Choice) -> Fitted:
    """Return what did best on held-out units, the first of equals, with the reason."""
    figures = [fitted.validation.rule().f1 if fitted.validation else 0.0 for fitted in tried]
    best = max(range(len(tried)), key=figures.__getitem__)
    found, found.chosen_because, found.weight = tried[best], choice.why, choice.weight
    if choice.rivals:
        others = ", ".join(
            f"{other.id} {f1:.2f}" for other, f1 in zip(tried, figures, strict=True) if other is not found
        )
        found.chosen_because += f"; held-out F1 {figures[best]:.2f} ({others})"
    return found


def _named(progress: Progress, name: str) -> Progress:
    return lambda _stage, fraction: progress(name, fraction)
