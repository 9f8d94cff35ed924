"""Figures of binary detection: of verdicts, and of scores."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What verdicts are worth against labels."""

    precision: float
    recall: float
    f1: float
    accuracy: float

    @classmethod
    def of(cls, found: Bools, anomalous: Bools) -> "Verdicts":
        """Compare verdicts with labels, both (n,), n >= 1. Precision is 0 where nothing was found."""
        hits = int(np.count_nonzero(found & anomalous))
        flagged, odd = int(np.count_nonzero(found)), int(np.count_nonzero(anomalous))
        return cls(
            precision=hits / flagged if flagged else 0.0,
            recall=hits / odd if odd else 0.0,
            f1=2 * hits / (flagged + odd) if flagged + odd else 0.0,
            accuracy=float(np.mean(found == anomalous)),
        )


def roc_auc(scores: Floats, anomalous: Bools) -> float:
    """Return the chance that an anomalous unit scores higher than a normal one, ties counted half."""
    normal = np.sort(scores[~anomalous])
    odd = scores[anomalous]
    below = np.searchsorted(normal, odd, "left")
    ties = np.searchsorted(normal, odd, "right") - below
    return float((below + ties / 2).mean() / len(normal))


def pr_curve(scores: Floats, anomalous: Bools) -> tuple[Floats, Floats]:
    """Return (recall, precision) at each distinct score, from the highest down; ties are one point."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    hits = np.cumsum(anomalous[order])
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    return hits[last] / hits[-1], hits[last] / (last + 1)


def average_precision(scores: Floats, anomalous: Bools) -> float:
    """Return the area under the precision-recall curve, in steps (no interpolation)."""
    recall, precision = pr_curve(scores, anomalous)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def f1_interval(found: Bools, anomalous: Bools, *, rounds: int = 1_000, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of F1 by the bootstrap (percentiles; Efron 1979).

    Units are drawn with replacement; as F1 knows four kinds of units only, their counts are drawn at once.
    """
    kinds = [found & anomalous, found & ~anomalous, ~found & anomalous, ~found & ~anomalous]
    counts = np.array([np.count_nonzero(kind) for kind in kinds])
    drawn = np.random.default_rng(seed).multinomial(len(found), counts / len(found), size=rounds)
    hits, false, missed = drawn[:, 0], drawn[:, 1], drawn[:, 2]
    f1 = 2 * hits / np.maximum(2 * hits + false + missed, 1)
    low, high = np.quantile(f1, (0.025, 0.975))
    return float(low), float(high)
