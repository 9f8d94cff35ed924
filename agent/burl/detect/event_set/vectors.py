"""Distinct event-count vectors and the search for the nearest one."""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

CountVector = tuple[tuple[int, int], ...]
"""(event, count) pairs in order of event; counts are positive."""

_NONE = np.empty((2, 0), dtype=np.int64)


def count_vector(events: Iterable[int]) -> CountVector:
    """Return how often each event comes."""
    return tuple(sorted(Counter(events).items()))


class CountVectors:
    """A set of count vectors, inverted by event, so that a search touches only vectors that share one.

    The distance is L1 normalised by the sum of the larger counts, so 0..1: 0 for equal, 1 for disjoint.
    """

    def __init__(self, vectors: list[CountVector]) -> None:
        """Args: `vectors` distinct and not empty."""
        self.vectors = vectors
        self._rows = {vector: row for row, vector in enumerate(vectors)}
        self._sizes = np.array([sum(n for _, n in vector) for vector in vectors], dtype=np.int64)
        postings: dict[int, list[tuple[int, int]]] = {}
        for row, vector in enumerate(vectors):
            for event, count in vector:
                postings.setdefault(event, []).append((row, count))
        self._postings = {event: np.array(rows, dtype=np.int64).T for event, rows in postings.items()}

    def distances(self, vector: CountVector) -> npt.NDArray[np.float64]:
        """Return the distance of `vector` to each of the set."""
        found = [(self._postings[event], count) for event, count in vector if event in self._postings]
        rows, counts = np.concatenate([_NONE, *(posting for posting, _ in found)], axis=1)
        most = np.array([count for _, count in found]).repeat([len(posting[0]) for posting, _ in found])
        shared = np.bincount(rows, np.minimum(counts, most), len(self.vectors))
        larger = self._sizes + sum(count for _, count in vector) - shared
        return np.asarray(1.0 - shared / np.maximum(larger, 1), dtype=np.float64)

    def nearest(self, vector: CountVector) -> tuple[int, float]:
        """Return the row of the nearest vector and its distance."""
        known = self._rows.get(vector)
        if known is not None:
            return known, 0.0
        distances = self.distances(vector)
        row = int(distances.argmin())
        return row, float(distances[row])

    def largest_gap(self, copies: Mapping[CountVector, int]) -> float:
        """Return the largest distance of any one sequence to the nearest of all others (leave-one-out)."""
        largest = 0.0
        for row, vector in enumerate(self.vectors):
            if copies[vector] == 1 and len(self.vectors) > 1:
                distances = self.distances(vector)
                distances[row] = np.inf
                largest = max(largest, float(distances.min()))
        return largest
