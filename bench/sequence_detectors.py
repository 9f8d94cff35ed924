"""Sequence detectors on event logs: their own rules, their scores, seeds, seconds.

    python -m bench.sequence_detectors --data FOLDER [--sets hdfs_seq,adfa_ld] [--detectors LIST] [--seeds 3]
        [--held-out]

`FOLDER/SET/sequences.csv.gz` holds the sets. A row is one detector with one seed: precision, recall and F1 of
its own rule; with `--held-out`, F1 of its raw score above the .95 and .99 quantiles of held-out normal
training sequences (a quarter, left out of another fit); the area under the ROC curve; seconds of training and
microseconds that an event costs. No threshold is chosen on the test part.
"""

import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.by_seed import options, print_rows
from burl.detect import Detector
from burl.detect.registry import detector_type
from burl.receive.sequences import EventSequence, read_sequences
from burl.train.corpus import Corpus
from burl.train.evaluate.measure import Verdicts, roc_auc
from burl.train.sequences import SequenceSource, template_texts
from burl.window import Sequences

_DETECTORS = "next_message,lstm_iforest,lstm_iforest:lstm,lstm_iforest:forest,dream"
_QUANTILES = (0.95, 0.99)
_COLUMNS = ("precision", "recall", "F1", "F1@.95", "F1@.99", "area", "train s", "us/event")

Labels = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Data:
    """A set: normal training sequences; distinct test sequences, with labels and how often they came."""

    source: SequenceSource
    train: Sequences
    test: Sequences
    labels: Labels
    counts: npt.NDArray[np.int64]

    def worth(self, found: Labels) -> Verdicts:
        """Return what verdicts on the distinct sequences are worth, each counted as often as it came."""
        return Verdicts.of(np.repeat(found, self.counts), np.repeat(self.labels, self.counts))


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
    return [data.worth(values > np.quantile(normal, quantile)).f1 for quantile in _QUANTILES]


def run(spec: str, seed: int, data: Data, *, also_held_out: bool) -> list[float]:
    """Return the figures of a row."""
    began = time.perf_counter()
    detector = fitted(spec, seed, data, data.train)
    trained = time.perf_counter() - began
    began = time.perf_counter()
    scores = detector.score(data.test)
    cost = (time.perf_counter() - began) * 1e6 / len(data.test.templates)
    told = data.worth(detector.verdicts(data.test, scores))
    by_quantile = held_out(spec, data, seed) if also_held_out else [float("nan")] * len(_QUANTILES)
    area = roc_auc(np.repeat(scores.values, data.counts), np.repeat(data.labels, data.counts))
    return [told.precision, told.recall, told.f1, *by_quantile, area, trained, cost]


def main() -> None:
    """Print the tables."""
    parser = options(__doc__, sets="hdfs_seq,adfa_ld", detectors=_DETECTORS)
    parser.add_argument("--held-out", action="store_true")
    asked = parser.parse_args()
    for name in asked.sets.split(","):
        data = read(asked.data / name)
        for spec in asked.detectors.split(","):
            work = partial(run, spec, data=data, also_held_out=asked.held_out)
            print_rows(f"{name} {spec}", _COLUMNS, asked.seeds, work)


if __name__ == "__main__":
    main()
