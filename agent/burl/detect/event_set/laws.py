"""Judges sessions by the laws of training (Lou et al., *Mining Invariants from Console Logs*, ATC 2010)."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from burl.detect.event_set.relations import NEVER, RELATIONS, Law
from burl.receive.batch import Ints

_PRESENCE, _ORDER, _COUNT, _RATIO = range(len(RELATIONS))

_AS_SURE = 0.1
"""Laws whose evidence differs by less, in decades, are equally sure: the breach that comes first is named."""


class Breach(NamedTuple):
    """The surest law that a session breaks, where it does, and how many laws it breaks in all.

    `after` and `before` are the events between which a missing one was expected, -1 where unknown; then
    `offset` is where `after` stands, so that what came instead stands right behind it.
    """

    law: Law
    offset: int
    broken: int
    after: int = -1
    before: int = -1


class Laws:
    """The laws of one kind of session, as columns: a session is held against all of them at once."""

    def __init__(self, laws: Sequence[Law]) -> None:
        """Args: `laws` the surest first."""
        self.laws = laws
        self._relation = np.array([RELATIONS.index(law.relation) for law in laws], dtype=np.int64)
        self._first, self._second, self._times, self._others = (
            np.array([law[at] for law in laws], dtype=np.int64) for at in (1, 2, 6, 7)
        )
        self._size = int(max(self._first.max(), self._second.max())) + 1 if laws else 0

    def breach(self, events: Sequence[int], *, complete: bool) -> Breach | None:
        """Return the worst breach in a session.

        Args:
            events: dense ids, none of them `unseen`.
            complete: False when the session's begin or end may be lost: then only what came can be wrong,
                not what is missing.
        """
        if not self.laws:
            return None
        counts = np.bincount(events, minlength=self._size)
        places = np.full(len(counts), NEVER, dtype=np.int64)
        places[np.array(events[::-1], dtype=np.int64)] = np.arange(len(events))[::-1]
        broken = np.flatnonzero(self._broken(counts, places, complete=complete))
        if not len(broken):
            return None
        sure = self.laws[int(broken[0])].evidence - _AS_SURE
        breaches = (
            self._breach(self.laws[at], events, counts, places, len(broken))
            for at in broken.tolist()
            if self.laws[at].evidence >= sure
        )
        # that something came too often says more than that it came more often than something else
        return min(breaches, key=lambda breach: (breach.law.relation == "ratio", breach.offset))

    def _broken(self, counts: Ints, places: Ints, *, complete: bool) -> npt.NDArray[np.bool_]:
        relation, first, second = self._relation, counts[self._first], counts[self._second]
        both = (first > 0) & (second > 0)
        late = (relation == _ORDER) & both & (places[self._first] > places[self._second])
        often = (relation == _COUNT) & (first > self._times)
        if not complete:
            return np.asarray(late | often, dtype=np.bool_)
        absent = (relation == _PRESENCE) & (first > 0) & (second == 0)
        seldom = (relation == _COUNT) & (first > 0) & (first < self._times)
        uneven = (relation == _RATIO) & both & (first * self._others != second * self._times)
        return np.asarray(late | often | absent | seldom | uneven, dtype=np.bool_)

    def _breach(self, law: Law, events: Sequence[int], counts: Ints, places: Ints, broken: int) -> Breach:
        if law.relation == "presence":
            after, before = self._neighbours(law.second, counts, places)
            shown = next(event for event in (after, before, law.first) if event >= 0)
            return Breach(law, int(places[shown]), broken, after, before)
        if law.relation == "order":
            return Breach(law, int(places[law.second]), broken)
        surplus, usual = law.first, law.times
        if law.relation == "ratio" and counts[law.second] * law.times > counts[law.first] * law.others:
            surplus, usual = law.second, law.others
        came = [place for place, event in enumerate(events) if event == surplus]
        return Breach(law, came[min(usual, len(came) - 1)], broken)

    def _neighbours(self, missing: int, counts: Ints, places: Ints) -> tuple[int, int]:
        """Return the last event that always stood before the missing one, and the first always after it."""
        ordered = self._relation == _ORDER
        before = self._first[ordered & (self._second == missing) & (counts[self._first] > 0)]
        after = self._second[ordered & (self._first == missing) & (counts[self._second] > 0)]
        last = int(before[places[before].argmax()]) if len(before) else -1
        first = int(after[places[after].argmin()]) if len(after) else -1
        return last, first

    def to_json(self) -> list[list[Any]]:
        """Return plain values for the bundle."""
        return [list(law) for law in self.laws]

    @classmethod
    def from_json(cls, data: list[list[Any]]) -> Self:
        """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        laws = []
        for relation, first, second, support, exceptions, evidence, times, others in data:
            if relation not in RELATIONS or min(first, second) < 0:
                raise ValueError(f"no law: {relation!r} of {first!r} and {second!r}")
            numbers = int(first), int(second), int(support), int(exceptions)
            laws.append(Law(relation, *numbers, float(evidence), int(times), int(others)))
        return cls(laws)
