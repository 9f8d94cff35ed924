"""Datasets of event ids: `sequences.csv`."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from burl.errors import InputError
from burl.receive.sequences import EventSequence, read_sequences
from burl.train.evaluate.dataset import Dataset
from burl.train.sequences import SequenceSource, template_texts

_MIN_SEQUENCES = 4
_SUPERVISED_TEST = 5
"""One in so many sequences is for the test under the supervised protocol."""


def read_sequence_dataset(path: Path, *, supervised: bool) -> Dataset:
    """Return the dataset in `sequences.csv`.

    Without `supervised` the training part is what the file calls so. With it all sequences, labels included,
    are dealt out by the hash of their id: 4 in 5 train.

    Raises:
        InputError: a part is empty, or the test part knows one class only.
    """
    rows = [row for row in read_sequences(path) if row.events]
    train = [row for row in rows if row.split == "train"]
    test = [row for row in rows if row.split != "train"]
    protocol = "training part: the file's; test: the rest"
    if supervised:
        dealt = sorted(rows, key=_digest)
        train = [row for row in dealt if _digest(row) % _SUPERVISED_TEST]
        test = [row for row in dealt if not _digest(row) % _SUPERVISED_TEST]
        protocol = "supervised: 4 in 5 sequences by the hash of their id, with labels; test: the fifth"
    _require(path, train, test)
    source = SequenceSource(template_texts(path.parent))
    split, whole = source.split(train, labelled=True)
    distinct: dict[tuple[tuple[str, ...], int], int] = {}
    repeats = [distinct.setdefault((row.events, row.label), len(distinct)) for row in test]
    firsts = {(row.events, row.label): row for row in reversed(test)}
    return Dataset(
        name=path.parent.name + ("-supervised" if supervised else ""),
        split=split,
        whole=whole,
        test=source.corpus([firsts[key] for key in distinct], labelled=True),
        of_events=True,
        protocol=protocol,
        warnings=list(_warnings(train, test)),
        repeats=np.array(repeats, dtype=np.int64),
    )


def _digest(row: EventSequence) -> int:
    return int.from_bytes(hashlib.sha256(row.id.encode()).digest()[:8])


def _require(path: Path, train: Sequence[EventSequence], test: Sequence[EventSequence]) -> None:
    normal = sum(not row.label for row in train)
    if normal < _MIN_SEQUENCES:
        raise InputError(
            f"{path}: {normal} normal sequences to train on, it takes {_MIN_SEQUENCES};"
            " thresholds are never chosen on the test part"
        )
    if len({row.label for row in test}) < 2:  # both classes
        raise InputError(f"{path}: the test part must hold normal and anomalous sequences")


def _warnings(train: Sequence[EventSequence], test: Sequence[EventSequence]) -> list[str]:
    found = []
    ids = {row.id for row in train} & {row.id for row in test}
    if ids:
        found.append(f"leak: {len(ids)} sequences are in the training and in the test part")
    known = {row.events for row in train if not row.label}
    hidden = sum(row.events in known for row in test if row.label)
    if hidden:
        odd = sum(bool(row.label) for row in test)
        found.append(
            f"{hidden} of {odd} anomalous test sequences are equal to a normal training sequence:"
            " nobody can tell them by their events"
        )
    return found
