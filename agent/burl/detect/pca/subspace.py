"""A principal subspace and the squared prediction error: how far a vector is from it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Self

import numpy as np
import numpy.typing as npt

from burl.detect.counts import Floats

_LEAST_LIMIT = 1e-6
"""A limit is never 0: where the subspace holds all of training, rounding shall not pass it."""


@dataclass(frozen=True, slots=True)
class Subspace:
    """Weights of events (width,), the mean (width,), principal axes (k, width), the Q-statistic's limit.

    Logarithms of counts are weighted when `is_log`, else the counts themselves.
    """

    weights: Floats
    mean: Floats
    axes: Floats
    limit: float
    is_log: bool

    @classmethod
    def of(cls, counts: Floats, *, is_log: bool, variance: float, confidence: float) -> Self:
        """Return the subspace that holds the share `variance` of count vectors (n, width)."""
        weights = np.ones(counts.shape[1]) if is_log else _inverse_frequencies(counts)
        vectors = (np.log1p(counts) if is_log else counts) * weights
        mean = vectors.mean(axis=0)
        values, axes = np.linalg.eigh(np.atleast_2d(np.cov(vectors - mean, rowvar=False)))
        values, axes = np.maximum(values[::-1], 0.0), axes[:, ::-1].T
        total = values.sum()
        kept = int(np.searchsorted(np.cumsum(values), variance * total)) + 1 if total > 0 else 0
        return cls(weights, mean, axes[:kept], q_limit(values[kept:], confidence), is_log)

    def errors(self, counts: Floats) -> Floats:
        """Return the squared prediction error of each vector, as a multiple of the limit."""
        off = self._vectors(counts) - self.mean
        residue = off - off @ self.axes.T @ self.axes
        return np.asarray((residue**2).sum(axis=1) / self.limit, dtype=np.float64)

    def expected(self, counts: Floats) -> Floats:
        """Return the counts of the nearest point of the subspace."""
        off = self._vectors(counts) - self.mean
        near = (off @ self.axes.T @ self.axes + self.mean) / self.weights
        return np.expm1(np.minimum(near, np.log1p(counts.max(initial=0.0)) + 1)) if self.is_log else near

    def arrays(self, prefix: str) -> dict[str, npt.NDArray[np.generic]]:
        """Return what `from_arrays` reads."""
        head = np.array([self.limit, float(self.is_log)])
        named = {"weights": self.weights, "mean": self.mean, "axes": self.axes, "head": head}
        return {f"{prefix}_{name}": value for name, value in named.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]], prefix: str) -> Self:
        """Raises KeyError or ValueError when `arrays` hold no subspace."""
        weights, mean, axes, head = (
            arrays[f"{prefix}_{name}"].astype(np.float64) for name in ("weights", "mean", "axes", "head")
        )
        if weights.shape != mean.shape or axes.shape[1:] != mean.shape:
            raise ValueError("arrays of a subspace do not fit each other")
        return cls(weights, mean, axes, float(head[0]), bool(head[1]))

    def _vectors(self, counts: Floats) -> Floats:
        return np.asarray((np.log1p(counts) if self.is_log else counts) * self.weights, dtype=np.float64)


def q_limit(residual: Floats, confidence: float) -> float:
    """Return the limit of the squared prediction error (Jackson and Mudholkar, Technometrics 1979).

    `residual` are the variances along the axes that are left out of the subspace.
    """
    first, second, third = (float((residual**power).sum()) for power in (1, 2, 3))
    if first <= 0 or second <= 0:
        return _LEAST_LIMIT
    deviation = NormalDist().inv_cdf(confidence)
    exponent = 1 - 2 * first * third / (3 * second**2)
    if exponent <= 0:  # the approximation does not hold; a Gaussian of the same mean and variance does
        return max(first + deviation * math.sqrt(2 * second), _LEAST_LIMIT)
    spread = deviation * math.sqrt(2 * second * exponent**2) / first
    shift = second * exponent * (exponent - 1) / first**2
    return max(first * math.pow(max(spread + 1 + shift, 0.0), 1 / exponent), _LEAST_LIMIT)


def _inverse_frequencies(counts: Floats) -> Floats:
    """Return log(n / sequences that hold the event); an event that all or none hold weighs least or most."""
    holding = np.count_nonzero(counts, axis=0)
    weights = np.log(len(counts) / np.maximum(holding, 1))
    # An event in every sequence weighs 0 in the paper; a trace of it lets `expected` be told.
    return np.asarray(np.maximum(weights, 1e-9), dtype=np.float64)
