"""What training knows of one kind of sequence, and the rules that judge by it."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

from burl.detect.event_set.config import EventSetConfig
from burl.detect.event_set.laws import Breach, Laws
from burl.detect.event_set.proportions import Proportions, ngrams
from burl.detect.event_set.vectors import CountVector, CountVectors, count_vector

Events = tuple[int, ...]
"""The dense event ids of one sequence."""
Rule = Literal["none", "new event", "length", "counts", "n-gram", "proportions", "law"]


class Opinion(NamedTuple):
    """What a rule of the paper says: `ratio` of its value to its threshold, above 1 where it is broken."""

    ratio: float
    rule: Rule
    offset: int


class Judgement(NamedTuple):
    """The strongest rule's opinion: `score` above 0, in decades, where a rule is broken, at event `offset`.

    `decisive` where the paper's rules, too, call the sequence odd; `breach` where a law is broken.
    """

    score: float
    rule: Rule
    offset: int
    decisive: bool = False
    breach: Breach | None = None

    @classmethod
    def of(cls, opinion: Opinion, breach: Breach | None) -> "Judgement":
        """Return the stronger of both: a broken threshold tells by how many decades it is passed."""
        decades = math.log10(opinion.ratio) if opinion.ratio > 1 else 0.0
        decisive = opinion.ratio > 1
        if breach is not None and breach.law.evidence >= decades:
            return cls(breach.law.evidence, "law", breach.offset, decisive, breach)
        return cls(decades, opinion.rule, opinion.offset, decisive)


@dataclass(slots=True)
class Profile:
    """Thresholds are the largest values that leave-one-out cross-validation met in training.

    `proportions` of kinds of session that are traces; their threshold is a quantile.
    """

    vectors: CountVectors
    max_distance: float
    min_length: int
    max_length: int
    known_ngrams: frozenset[Events]
    max_new_ngrams: int
    laws: Laws
    proportions: Proportions | None = None

    @classmethod
    def learn(cls, sequences: list[tuple[Events, int]], config: EventSetConfig) -> Self:
        """Learn all but laws from (whole sequence, how many events at its head are only history)."""
        judged = [events[lead:] for events, lead in sequences]
        copies = Counter(map(count_vector, judged))
        vectors = CountVectors([vector for vector, _ in copies.most_common(config.max_vectors)])
        holders = Counter(
            ngram for events, _ in sequences for ngram in set(ngrams(events, config.ngram_size))
        )
        new = (sum(holders[g] == 1 for g in ngrams(e, config.ngram_size)) for e, _ in sequences)
        return cls(
            vectors=vectors,
            max_distance=max(vectors.largest_gap(copies), config.min_distance),
            min_length=min(map(len, judged)),
            max_length=max(map(len, judged)),
            known_ngrams=frozenset(holders),
            max_new_ngrams=max(new),
            laws=Laws([]),
        )

    def judge(self, events: Events, lead: int, config: EventSetConfig) -> Opinion:
        """Return the strongest of the opinions of the paper's rules that are switched on."""
        best = Opinion(0.0, "none", lead)
        if config.counts:
            best = max(best, self._judge_counts(events, lead))
        if config.length:
            best = max(best, self._judge_length(events, lead))
        if config.ngrams:
            best = max(best, self._judge_ngrams(events, lead, config.ngram_size))
        if config.proportions and self.proportions is not None:
            best = max(best, _judge_proportions(self.proportions, events, lead, config))
        return best

    def judge_part(self, events: Events, config: EventSetConfig) -> Opinion:
        """Judge a sequence of which more may have been: it can only be too long."""
        too_long = config.length and len(events) > self.max_length
        return self._judge_length(events, 0) if too_long else Opinion(0.0, "none", 0)

    def missing_and_surplus(self, events: Events) -> tuple[list[int], list[int]]:
        """Return the events that the nearest vector has more of, and those it has fewer of."""
        vector = count_vector(events)
        expected = Counter(dict(self.nearest(vector)))
        actual = Counter(dict(vector))
        return sorted(expected - actual), sorted(actual - expected)

    def nearest(self, vector: CountVector) -> CountVector:
        """Return the vector of training nearest to `vector`."""
        return self.vectors.vectors[self.vectors.nearest(vector)[0]]

    def _judge_counts(self, events: Events, lead: int) -> Opinion:
        vector = count_vector(events[lead:])
        row, distance = self.vectors.nearest(vector)
        offset = lead
        if distance > 0:
            offset = _first_surplus(events, lead, Counter(dict(self.vectors.vectors[row])))
        return Opinion(distance / self.max_distance, "counts", offset)

    def _judge_length(self, events: Events, lead: int) -> Opinion:
        length = len(events) - lead
        if length > self.max_length:
            return Opinion(length / self.max_length, "length", lead + self.max_length)
        if length < self.min_length:
            return Opinion(self.min_length / max(length, 1), "length", len(events) - 1)
        return Opinion(0.0, "length", lead)

    def _judge_ngrams(self, events: Events, lead: int, size: int) -> Opinion:
        # an n-gram is judged by the event that ends it, which must not be history
        new = [
            i + size - 1
            for i, ngram in enumerate(ngrams(events, size))
            if i + size > lead and ngram not in self.known_ngrams
        ]
        offset = new[0] if new else lead
        return Opinion(len(new) / (self.max_new_ngrams + 0.5), "n-gram", offset)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the bundle."""
        return {
            "vectors": self.vectors.vectors,
            "max_distance": self.max_distance,
            "lengths": [self.min_length, self.max_length],
            "ngrams": sorted(self.known_ngrams),
            "max_new_ngrams": self.max_new_ngrams,
            "laws": self.laws.to_json(),
            "proportions": self.proportions.to_json() if self.proportions else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        vectors = [tuple((int(e), int(n)) for e, n in vector) for vector in data["vectors"]]
        low, high = data["lengths"]
        return cls(
            vectors=CountVectors(vectors),
            max_distance=float(data["max_distance"]),
            min_length=int(low),
            max_length=int(high),
            known_ngrams=frozenset(tuple(map(int, ngram)) for ngram in data["ngrams"]),
            max_new_ngrams=int(data["max_new_ngrams"]),
            laws=Laws.from_json(data["laws"]),
            # bundles of earlier versions have none
            proportions=Proportions.from_json(data["proportions"]) if data.get("proportions") else None,
        )


def _judge_proportions(
    proportions: Proportions, events: Events, lead: int, config: EventSetConfig
) -> Opinion:
    judged = events[lead:]
    found = proportions.judge(judged, config)
    places = (i for i, ngram in enumerate(ngrams(judged, len(found.oddest))) if ngram == found.oddest)
    return Opinion(found.distance / proportions.limit, "proportions", lead + next(places, 0))


def _first_surplus(events: Events, lead: int, expected: Counter[int]) -> int:
    """Return where the first event beyond its expected count stands; else, one is missing, the last."""
    for offset in range(lead, len(events)):
        expected[events[offset]] -= 1
        if expected[events[offset]] < 0:
            return offset
    return len(events) - 1
