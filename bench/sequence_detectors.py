"""Sequence detectors on event logs: their own rules, their scores, seeds, seconds.

    python bench/sequence_detectors.py --data FOLDER [--sets hdfs_seq,adfa_ld] [--detectors LIST] [--seeds 3]
        [--held-out]

`FOLDER/SET/sequences.csv.gz` holds the sets. A row is one detector with one seed: precision, recall and F1 of
its own rule; with `--held-out`, F1 of its raw score above the .95 and .99 quantiles of held-out normal
training sequences (a quarter, left out of another fit); the area under the ROC curve; seconds of training and
microseconds that an event costs. No threshold is chosen on the test part.
"""

import argparse
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from burl.detect import Detector
from burl.detect.registry import detector_type
from burl.receive.sequences import EventSequence, read_sequences
from burl.testing.scores import roc_area
from burl.train.corpus import Corpus
from burl.train.sequences import SequenceSource, template_texts
from burl.window import Sequences

_DETECTORS = "next_message,lstm_iforest,lstm_iforest:lstm,lstm_iforest:forest,dream"
_QUANTILES = (0.95, 0.99)

Labels = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Data:
    """A set: normal training sequences; distinct test sequences, with labels and how often they came."""

    source: SequenceSource
    train: Sequences
    test: Sequences
    labels: Labels
    counts: npt.NDArray[np.int64]

    def f1(self, found: Labels) -> tuple[float, float, float]:
        """Return precision, recall and F1 of verdicts on the distinct sequences."""
        true = int(self.counts[found & self.labels].sum())
        false, missed = (
            int(self.counts[found & ~self.labels].sum()),
            int(self.counts[~found & self.labels].sum()),
        )
        return true / max(true + false, 1), true / (true + missed), 2 * true / (2 * true + false + missed)


def read(folder: Path) -> Data:
    """Read one set."""
    rows = [row for row in read_sequences(folder / "sequences.csv.gz") if row.events]
    test = Counter((row.events, bool(row.label)) for row in rows if row.split == "test")
    distinct = [EventSequence("test", str(i), label, "", events) for i, (events, label) in enumerate(test)]
    source = SequenceSource(template_texts(folder))
    return Data(
        source,
        source.sessions(row for row in rows if row.split == "train" and not row.label),
        source.sessions(distinct),
        np.array([row.label for row in distinct], dtype=np.bool_),
        np.array(list(test.values()), dtype=np.int64),
    )


def made(spec: str, seed: int) -> Detector:
    """Return a detector of `name[:stages]` that calls events never seen in training odd, as the papers do."""
    name, _, stages = spec.partition(":")
    kind = detector_type(name)
    settings = {"unseen": "anomalous"} | ({"stages": stages} if stages else {})
    return kind("session", kind.config_type.model_validate(settings), seed)


def fitted(spec: str, seed: int, data: Data, sequences: Sequences) -> Detector:
    """Return a detector fitted on `sequences`."""
    detector = made(spec, seed)
    corpus = Corpus(data.source.catalogue, data.source.streams, sessions=sequences)
    detector.fit(corpus, lambda _stage, _share: None)
    return detector


def held_out(spec: str, data: Data, seed: int) -> list[float]:
    """Return F1 of the raw score above each quantile of held-out normal sequences."""
    order = np.random.default_rng(seed).permutation(len(data.train))
    held, rest = np.split(order, [len(order) // 4])
    trial = fitted(spec, seed, data, data.train.take(np.sort(rest)))
    normal, values = trial.score(data.train.take(np.sort(held))).values, trial.score(data.test).values
    return [data.f1(values > np.quantile(normal, quantile))[2] for quantile in _QUANTILES]


def run(spec: str, data: Data, seed: int, *, also_held_out: bool) -> list[float]:
    """Return the figures of a row."""
    began = time.perf_counter()
    detector = fitted(spec, seed, data, data.train)
    trained = time.perf_counter() - began
    began = time.perf_counter()
    scores = detector.score(data.test)
    cost = (time.perf_counter() - began) * 1e6 / len(data.test.templates)
    assert scores.decisive is not None
    by_quantile = held_out(spec, data, seed) if also_held_out else [float("nan")] * len(_QUANTILES)
    area = roc_area(np.repeat(scores.values, data.counts), np.repeat(data.labels, data.counts))
    return [*data.f1(scores.decisive), *by_quantile, area, trained, cost]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default="hdfs_seq,adfa_ld")
    parser.add_argument("--detectors", default=_DETECTORS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--held-out", action="store_true")
    arguments = parser.parse_args()
    for name in arguments.sets.split(","):
        data = read(arguments.data / name)
        print(f"{name:20} seed precision   recall       F1   F1@.95   F1@.99     area  train s us/event")
        for spec in arguments.detectors.split(","):
            rows = []
            for seed in range(arguments.seeds):
                rows.append(run(spec, data, seed, also_held_out=arguments.held_out))
                figures = " ".join(f"{figure:8.4f}" for figure in rows[-1])
                print(f"{spec:20} {seed:4} {figures}", flush=True)
            medians = [statistics.median(column) for column in zip(*rows, strict=True)]
            print(f"{spec:20} median F1 {medians[2]:.4f}, @.95 {medians[3]:.3f}, @.99 {medians[4]:.3f}")


if __name__ == "__main__":
    main()
