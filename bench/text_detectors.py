"""Detectors of lines on labelled lines: their own rules, seeds, seconds, with and without imported vectors.

    python -m bench.text_detectors --data FOLDER [--sets bgl_hackathon,ftp_client] [--seeds 3]
        [--detectors glove_mean,transformer] [--embeddings FILE]

`FOLDER/SET` is a dataset of lines as `burl evaluate` reads it. A row is one detector and seed on the test
part: accuracy, precision, recall and F1 of its own rule, which no test line has chosen; area under the ROC
curve; CPU seconds of training; microseconds a line. `logsy` is given normal lines only.
"""

import time
from functools import partial
from pathlib import Path

import numpy as np

from bench.by_seed import options, print_rows
from burl.detect import Detector
from burl.detect.embeddings import TextResources
from burl.detect.registry import detector_type
from burl.train.evaluate.dataset import Dataset, file_in
from burl.train.evaluate.lines import read_hackathon_dataset, read_line_dataset
from burl.train.evaluate.measure import Verdicts, roc_auc
from burl.train.labels import normal_units
from burl.train.prepare import Recipe
from burl.train.validation import said

_COLUMNS = ("accuracy", "precision", "recall", "F1", "area", "train s", "us/line")


def quiet(_stage: str, _share: float) -> None:
    """Say nothing of progress."""


def read(folder: Path) -> Dataset:
    """Read one set."""
    lines, train, test = (file_in(folder, name) for name in ("lines.jsonl", "train.json", "test.csv"))
    if lines is not None:
        return read_line_dataset(lines, Recipe(), quiet)
    assert train is not None
    assert test is not None
    return read_hackathon_dataset(train, test, Recipe(), quiet)


def fitted(name: str, seed: int, data: Dataset, resources: TextResources) -> Detector:
    """Return a detector fitted on the training part."""
    kind = detector_type(name)
    detector = kind(seed=seed)
    detector.bind(data.whole.streams)
    detector.equip(resources)
    detector.fit(data.whole if kind.uses_labels else normal_units(data.whole), quiet)
    return detector


def run(name: str, seed: int, data: Dataset, resources: TextResources) -> list[float]:
    """Return the figures of a row."""
    began = time.process_time()
    detector = fitted(name, seed, data, resources)
    trained = time.process_time()
    values, found = said(detector, data.test.events())
    cost = (time.process_time() - trained) * 1e6 / len(values)
    labels = data.test.labels("event")
    assert labels is not None
    told = Verdicts.of(np.asarray(found), labels)
    figures = [told.accuracy, told.precision, told.recall, told.f1]
    return [*figures, roc_auc(values, labels), trained - began, cost]


def main() -> None:
    """Print the tables."""
    parser = options(__doc__, sets="bgl_hackathon,ftp_client", detectors="glove_mean,transformer")
    parser.add_argument("--embeddings", type=Path)
    asked = parser.parse_args()
    resources = TextResources(asked.embeddings)
    for name in asked.sets.split(","):
        data = read(asked.data / name)
        for detector in asked.detectors.split(","):
            work = partial(run, detector, data=data, resources=resources)
            print_rows(f"{name} {detector}", _COLUMNS, asked.seeds, work)


if __name__ == "__main__":
    main()
