"""What checks and evaluations ask of a detector: its scores of a whole corpus, aligned with the labels."""

import numpy as np
import numpy.typing as npt

from burl.detect import Corpus, Detector, Scores
from burl.detect.parts import parts_of, score_parts
from burl.window import Intervals

Floats = npt.NDArray[np.float64]


def unit_scores(detector: Detector, corpus: Corpus) -> Floats:
    """Return one score for each unit, in the order of `corpus.labels`; for intervals of each one closed."""
    found = [
        _of_closed(detector, units, scores) if isinstance(units, Intervals) else scores.values
        for units, scores in score_parts(detector, parts_of(corpus, detector.unit))
    ]
    return np.concatenate(found)


def _of_closed(detector: Detector, intervals: Intervals, scores: Scores) -> Floats:
    """Return the highest score of each service of a single interval, in the order of `closed`."""
    best = dict.fromkeys((service for service, _ in intervals.closed), 0.0)
    for row, value in enumerate(scores.values.tolist()):
        service = detector.explain(intervals, row).service
        best[service] = max(best[service], value)
    return np.array(list(best.values()), dtype=np.float64)


def roc_area(scores: Floats, labels: npt.NDArray[np.bool_]) -> float:
    """Return the chance that an anomalous unit scores higher than a normal one; ties count half."""
    odd, normal = scores[labels], np.sort(scores[~labels])
    below = np.searchsorted(normal, odd, "left")
    equal = np.searchsorted(normal, odd, "right") - below
    return float((below + equal / 2).mean() / len(normal))
