"""The nearest of a set of count vectors."""

import numpy as np

from burl.detect.counts import Floats
from burl.receive.batch import Ints

_ROUNDING = 1e-9


class Nearest:
    """A set of distinct count vectors, compared by the logarithms of their counts.

    The distance is |a - b|^2 / (|a|^2 + |b|^2): 0 for equal vectors, 1 for those that share no event. Unlike
    the cosine it tells a session from one with everything doubled.
    """

    def __init__(self, vectors: Floats, copies: Floats) -> None:
        """Args: vectors (n, width), n >= 1; `copies` (n,) says how often each was met."""
        self.vectors, self.copies = vectors, copies
        self._logs = np.log1p(vectors)
        self._squares = (self._logs**2).sum(axis=1)

    @classmethod
    def of(cls, counts: Floats, most: int) -> "Nearest":
        """Return the distinct ones of `counts` (n, width), at most `most`, the most frequent first."""
        vectors, copies = np.unique(counts, axis=0, return_counts=True)
        kept = np.argsort(-copies, kind="stable")[:most]
        return cls(vectors[kept], copies[kept].astype(np.float64))

    def find(self, counts: Floats) -> tuple[Floats, Ints]:
        """Return the distance to the nearest vector of the set, and which it is."""
        distances = self._distances(counts)
        rows = distances.argmin(axis=1)
        return distances[np.arange(len(counts)), rows], np.asarray(rows, dtype=np.int64)

    def largest_gap(self) -> float:
        """Return the largest distance of a vector that was met once to its nearest other one."""
        alone = np.flatnonzero(self.copies == 1)
        if not len(alone) or len(self.vectors) == 1:
            return 0.0
        distances = self._distances(self.vectors[alone])
        distances[np.arange(len(alone)), alone] = np.inf
        return float(distances.min(axis=1).max())

    def _distances(self, counts: Floats) -> Floats:
        logs = np.log1p(counts)
        sums = self._squares + (logs**2).sum(axis=1)[:, None]
        distances = (sums - 2 * (logs @ self._logs.T)) / np.maximum(sums, _ROUNDING)
        distances[distances < _ROUNDING] = 0.0
        return np.asarray(distances, dtype=np.float64)
