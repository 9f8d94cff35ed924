"""Surprise of a count under a negative binomial distribution, in decades."""

import math

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints

_MAX_SHAPE = 1e6
"""Shapes beyond it are Poisson for every purpose here, and would only lose digits."""


def _shape(mean: float, variance: float) -> float:
    excess = variance - mean
    return min(mean * mean / excess, _MAX_SHAPE) if excess > 0 else _MAX_SHAPE


def _log_mass(count: int, mean: float, shape: float) -> float:
    return (
        math.lgamma(count + shape)
        - math.lgamma(shape)
        - math.lgamma(count + 1)
        - shape * math.log1p(mean / shape)
        + count * math.log(mean / (shape + mean))
    )


def burst_surprise(count: int, mean: float, variance: float) -> float:
    """Return -log10 P(X >= count), at most a little less; 0 for a count up to the mean (> 0)."""
    if count <= mean:
        return 0.0
    shape = _shape(mean, variance)
    share = mean / (shape + mean)
    # the tail is bounded by a geometric series: each mass is at most `ratio` times the one before
    ratio = max(share * (count + shape) / (count + 1), share)
    return _decades(_log_mass(count, mean, shape), ratio)


def drop_surprise(count: int, mean: float, variance: float) -> float:
    """Return -log10 P(X <= count), at most a little less; 0 for a count from the mean (> 0) on."""
    if count >= mean:
        return 0.0
    shape = _shape(mean, variance)
    ratio = count * (shape + mean) / ((count - 1 + shape) * mean) if count else 0.0
    return _decades(_log_mass(count, mean, shape), ratio)


def _decades(log_mass: float, ratio: float) -> float:
    if ratio >= 1:
        return 0.0
    return max(0.0, -(log_mass - math.log1p(-ratio)) / math.log(10))


def silence_surprise(zeros: Ints, longest: Ints, present: Ints) -> npt.NDArray[np.float64]:
    """Return, for each series, the decades of surprise of its last `zeros` intervals without an event.

    None of `present` gaps met so far was longer than `longest` intervals, so one more is about 1 in
    `present` + 1; longer ones follow the exponential tail through that point.
    """
    return np.asarray(np.log10(present + 1) * zeros / (longest + 1), dtype=np.float64)
