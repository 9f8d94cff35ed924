"""Datasets of lines: `lines.jsonl` with labels and splits; the hackathon's `train.json`, `test.csv`."""

from dataclasses import dataclass
from pathlib import Path

from burl.clock import SystemClock
from burl.decide.times import FOREVER_NS
from burl.detect import Progress
from burl.errors import InputError
from burl.parse.parser import Parser
from burl.receive.batch import Batch, StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings
from burl.train.corpus import split
from burl.train.evaluate.dataset import Dataset
from burl.train.evaluate.selection import selected
from burl.train.evaluate.texts import LabelledTexts, read_labelled_csv
from burl.train.labels import read_labels
from burl.train.prepare import Recipe, as_whole, label, prepare, windowed
from burl.window.windower import Windower


@dataclass(frozen=True, slots=True)
class _Parts:
    """Batches of both parts, and the uids of their abnormal records."""

    train: list[Batch]
    test: list[Batch]
    abnormal: set[str]
    protocol: str
    warnings: list[str]


def read_line_dataset(path: Path, recipe: Recipe, progress: Progress) -> Dataset:
    """Return the dataset in `lines.jsonl`: splits named `train...` are learnt from, `test` is judged.

    Raises:
        InputError: it cannot be read, a part is empty, or the test part knows one class only.
    """
    streams = StreamTable()
    batches = list(FileReader(ReceiveSettings(), streams, SystemClock()).read([path], "jsonl"))
    train, test = selected(batches, "train"), selected(batches, "test")
    abnormal = {
        batch.origin.uid(index)
        for batch in batches
        for index in range(len(batch))
        if batch.origin.attributes(index).get("label")
    }
    has_sessions = bool(batches) and "session" in batches[0].origin.attributes(0)
    if has_sessions and list(recipe.sessions) == ["auto"]:
        recipe = Recipe(["session"], recipe.parse, recipe.window, whole_sessions=True)
    parts = _Parts(train, test, abnormal, "the file's splits, in order of time", _leaks(train, test))
    return _dataset(path, recipe, streams, parts, progress)


def read_hackathon_dataset(train: Path, test: Path, recipe: Recipe, progress: Progress) -> Dataset:
    """Return the dataset of `train.json` ({line: label}) and `test.csv` (id, log, label).

    Raises:
        InputError: it cannot be read, or the test part knows one class only.
    """
    streams = StreamTable()
    known = read_labels(train)
    learnt = LabelledTexts("train", list(known.items()))
    judged = LabelledTexts("test", read_labelled_csv(test), first_second=len(known))
    copies = sum(text in known for text, _ in judged.rows)
    warnings = ["leak: the lines were dealt out at random, so test lines lie between training lines in time"]
    if copies:
        warnings.append(f"leak: {copies} test lines stand in the training part, too")
    parts = _Parts(
        list(learnt.batches(streams)),
        list(judged.batches(streams)),
        learnt.abnormal() | judged.abnormal(),
        "the files' random split, with labels",
        warnings,
    )
    alone = Recipe(["none"], recipe.parse, recipe.window)  # what was dealt out at random is no sequence
    return _dataset(test, alone, streams, parts, progress)


def _dataset(path: Path, recipe: Recipe, streams: StreamTable, parts: _Parts, progress: Progress) -> Dataset:
    if not parts.train or not parts.test:
        empty = "training" if not parts.train else "test"
        raise InputError(f"{path}: the {empty} part is empty; thresholds are never chosen on the test part")
    prepared = prepare(recipe, parts.train, streams, progress, parts.abnormal)
    catalogue = prepared.whole.catalogue
    parser = Parser(recipe.parse, catalogue, prepared.templates)
    parsed = [(batch, parser.parse(batch.bodies, batch.streams)) for batch in parts.test]
    windower = Windower(recipe.window, catalogue, streams, prepared.sessions, parser.parameters)
    judged = split(windowed(windower, parsed, progress), catalogue, streams, FOREVER_NS)
    label(judged, parsed, parts.abnormal)
    if recipe.whole_sessions:
        as_whole(judged.fit)
    found = judged.fit.labels("event")
    if found is None or found.all() or not found.any():
        raise InputError(f"{path}: the test part must hold normal and abnormal lines")
    return Dataset(
        name=path.parent.name,
        split=prepared.split,
        whole=prepared.whole,
        test=judged.fit,
        of_events=False,
        protocol=parts.protocol,
        warnings=parts.warnings,
    )


def _leaks(train: list[Batch], test: list[Batch]) -> list[str]:
    if not train or not test:
        return []
    first = min(int(batch.times_ns.min()) for batch in test)
    late = sum(int((batch.times_ns > first).sum()) for batch in train)
    total = sum(map(len, train))
    found = []
    if late:
        found.append(f"leak in time: {late} of {total} training lines are later than the first test line")
    texts = {body for batch in train for body in batch.bodies}
    copies = _copies(test, texts)
    if copies:
        found.append(f"{copies} of {sum(map(len, test))} test lines stand in the training part, too")
    return found


def _copies(test: list[Batch], texts: set[str]) -> int:
    return sum(body in texts for batch in test for body in batch.bodies)
