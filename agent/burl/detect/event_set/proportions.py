"""In which proportions a long trace does what it does, beside the traces of training."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from burl.detect.event_set.config import EventSetConfig

Ngram = tuple[int, ...]
"""Events that follow one another."""
NgramCounts = dict[Ngram, int]
Floats = npt.NDArray[np.float64]


class Nearest(NamedTuple):
    """The distance of a trace to the nearest of training, and the n-gram that adds most to it."""

    distance: float
    oddest: Ngram


def ngrams(events: Ngram, size: int) -> Iterator[Ngram]:
    """Go through all n-grams in order."""
    return zip(*(events[start:] for start in range(size)), strict=False)


class Proportions:
    """Traces as TF-IDF vectors of their n-grams, compared by the cosine, whatever their length.

    The vectors of system calls of Liao and Vemuri (*Use of K-Nearest Neighbor Classifier for Intrusion
    Detection*, Computers & Security 21(5), 2002), with n-grams in the place of single calls.
    """

    def __init__(self, traces: list[NgramCounts], limit: float) -> None:
        """Args: `traces` of training, not empty; `limit` the distance beyond which one is odd."""
        self._traces, self.limit = traces, limit
        holders = Counter(ngram for trace in traces for ngram in trace)
        self._rarity = {ngram: _rarity(count, len(traces)) for ngram, count in holders.items()}
        self._unseen = _rarity(0, len(traces))
        postings: dict[Ngram, list[tuple[int, float]]] = {}
        for row, trace in enumerate(traces):
            for ngram, weight in self._vector(trace).items():
                postings.setdefault(ngram, []).append((row, weight))
        self._postings = {
            ngram: (np.array([row for row, _ in of]), np.array([weight for _, weight in of]))
            for ngram, of in postings.items()
        }

    @classmethod
    def learn(cls, traces: list[Ngram], config: EventSetConfig) -> Self:
        """Learn from traces; of too many, from some that are spread evenly.

        No limit of all distances would do: among traces of endless variety some are like no other.
        """
        step = -(-len(traces) // config.max_traces)
        counted = [Counter(ngrams(trace, config.trace_ngram_size)) for trace in traces[::step]]
        found = cls([dict(sorted(counts.items())) for counts in counted if counts], 1.0)
        gaps = found._gaps()
        found.limit = max(float(np.quantile(gaps, config.trace_quantile)), config.min_distance)
        return found

    def judge(self, events: Ngram, config: EventSetConfig) -> Nearest:
        """Return the nearest trace's distance; 0 of a trace with no n-gram."""
        counts = Counter(ngrams(events, config.trace_ngram_size))
        if not counts:
            return Nearest(0.0, ())
        vector = self._vector(counts)
        likeness = self._likeness(vector)
        row = int(likeness.argmax())
        nearest = self._vector(self._traces[row])
        oddest = max(vector, key=lambda ngram: vector[ngram] - nearest.get(ngram, 0.0))
        return Nearest(_distance(float(likeness[row])), oddest)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the bundle; n-grams are written once."""
        columns = {ngram: column for column, ngram in enumerate(self._rarity)}
        traces = [[(columns[ngram], count) for ngram, count in trace.items()] for trace in self._traces]
        return {"limit": self.limit, "ngrams": list(columns), "traces": traces}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        known = {column: tuple(map(int, ngram)) for column, ngram in enumerate(data["ngrams"])}
        return cls(
            [{known[int(column)]: int(count) for column, count in trace} for trace in data["traces"]],
            float(data["limit"]),
        )

    def _vector(self, counts: NgramCounts) -> dict[Ngram, float]:
        """Return the weight of each n-gram; the vector's length is 1."""
        weights = {n: count * self._rarity.get(n, self._unseen) for n, count in counts.items()}
        length = math.sqrt(sum(weight**2 for weight in weights.values()))
        return {ngram: weight / length for ngram, weight in weights.items()}

    def _likeness(self, vector: dict[Ngram, float]) -> Floats:
        """Return the cosine with each trace of training."""
        likeness = np.zeros(len(self._traces))
        for ngram, weight in vector.items():
            if ngram in self._postings:
                rows, weights = self._postings[ngram]
                likeness[rows] += weight * weights
        return likeness

    def _gaps(self) -> Floats:
        """Return the distance of each trace to the nearest of all others (leave-one-out)."""
        gaps = np.empty(len(self._traces))
        for row, trace in enumerate(self._traces):
            likeness = self._likeness(self._vector(trace))
            likeness[row] = 0.0
            gaps[row] = _distance(float(likeness.max()))
        return gaps


def _rarity(holders: int, traces: int) -> float:
    return math.log(traces / (holders + 0.5) + 1)


def _distance(likeness: float) -> float:
    return round(max(1.0 - likeness, 0.0), 9)
