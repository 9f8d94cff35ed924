"""F1 of the sequence detectors on HDFS, the split of DeepLog's authors: train on 4,855 normal sessions.

    python bench/hdfs.py --data FOLDER/hdfs_seq [--detectors deeplog,event_set] [--seeds 5]

Prints, for each seed, the figures of the paper's own rule, the seconds of training, and the microseconds an
event costs: with every window new, and when most have been seen before, as in a running agent.
"""

import argparse
import csv
import gzip
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from burl.detect import Detector, Scores
from burl.detect.registry import parse_spec
from burl.parse import Catalogue, Template
from burl.receive.batch import StreamTable
from burl.train.corpus import Corpus
from burl.window import Record, Sequences

Session = tuple[str, ...]
_SLICE = 200
"""Sessions scored at once; a slice of the engine holds about so many."""
_TIMED = 20_000


@dataclass(frozen=True, slots=True)
class Hdfs:
    """The data set: sessions of event ids; those of the test part counted by (session, label)."""

    train: list[Session]
    test: Counter[tuple[Session, bool]]
    stream: list[Session]
    """Sessions of the test part as they came, for timing."""


def read(folder: Path) -> Hdfs:
    """Read `sequences.csv.gz`."""
    train: list[Session] = []
    stream: list[Session] = []
    test = Counter[tuple[Session, bool]]()
    with gzip.open(folder / "sequences.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            session = tuple(row["events"].split())
            if row["split"] == "train":
                train.append(session)
            else:
                test[session, row["label"] == "1"] += 1
                if len(stream) < _TIMED:
                    stream.append(session)
    return Hdfs(train, test, stream)


def sequences(sessions: list[Session], catalogue: Catalogue) -> Sequences:
    """Return sessions of event ids as the window room gives them."""
    templates = [catalogue.add(Template(event, f"event {event}")) for each in sessions for event in each]
    count = len(sessions)
    return Sequences(
        catalogue=catalogue,
        unit="session",
        keys=[f"block-{i}" for i in range(count)],
        kinds=["block"] * count,
        ids=[[f"block-{i}"] for i in range(count)],
        services=np.zeros(count, dtype=np.int64),
        leads=np.zeros(count, dtype=np.int64),
        offsets=np.cumsum([0, *map(len, sessions)], dtype=np.int64),
        templates=np.array(templates, dtype=np.int64),
        times_ns=np.arange(len(templates), dtype=np.int64),
        streams=np.zeros(len(templates), dtype=np.int64),
        record=lambda position: Record(str(position), "", position, 0, templates[position]),
    )


def abnormal(detector: Detector, units: Sequences, scores: Scores) -> list[bool]:
    """Return the verdict of the paper's own rule on each sequence; nothing that scores 0 is looked at."""
    return [bool(v > 0 and detector.explain(units, row).decisive) for row, v in enumerate(scores.values)]


def figures(counts: Counter[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of counts of (verdict, label)."""
    found, false, missed = counts[True, True], counts[True, False], counts[False, True]
    return found / max(found + false, 1), found / (found + missed), 2 * found / (2 * found + false + missed)


def microseconds(detector: Detector, stream: Sequences) -> float:
    """Return what scoring costs for each event."""
    slices = [np.arange(i, min(i + _SLICE, len(stream))) for i in range(0, len(stream), _SLICE)]
    parts = [stream.take(rows) for rows in slices]
    began = time.perf_counter()
    for part in parts:
        detector.score(part)
    return (time.perf_counter() - began) * 1e6 / len(stream.templates)


def run(spec: str, data: Hdfs, seed: int) -> float:
    """Train and judge once, print a row, return F1."""
    catalogue = Catalogue()
    train = sequences(data.train, catalogue)
    known = list(data.test)
    test = sequences([session for session, _ in known], catalogue)
    stream = sequences(data.stream, catalogue)
    made, unit = parse_spec(spec)
    detector = made(unit, made.config_type.model_validate({"unseen": "anomalous"}), seed)
    began = time.perf_counter()
    detector.fit(Corpus(catalogue, StreamTable(), sessions=train), lambda _stage, _share: None)
    trained = time.perf_counter() - began
    cold, warm = microseconds(detector, stream), microseconds(detector, stream)
    counts = Counter[tuple[bool, bool]]()
    for entry, verdict in zip(known, abnormal(detector, test, detector.score(test)), strict=True):
        counts[verdict, entry[1]] += data.test[entry]
    precision, recall, f1 = figures(counts)
    print(
        f"{spec:12} {seed:4} {precision:9.4f} {recall:6.4f} {f1:6.4f} {trained:8.1f} {cold:9.2f} {warm:9.2f}",
        flush=True,
    )
    return f1


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--detectors", default="deeplog")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    data = read(arguments.data)
    print("detector     seed precision recall     F1  train s  cold us  warm us (an event)")
    for spec in arguments.detectors.split(","):
        scores = [run(spec, data, seed) for seed in range(arguments.seeds)]
        print(f"{spec:12} median of {len(scores)} seeds: F1 {statistics.median(scores):.4f}", flush=True)


if __name__ == "__main__":
    main()
