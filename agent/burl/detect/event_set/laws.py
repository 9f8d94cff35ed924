"""Judges sessions by the laws of training (Lou et al., *Mining Invariants from Console Logs*, ATC 2010)."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from burl.detect.event_set.relations import NEVER, RELATIONS, Law, Relation
from burl.receive.batch import Ints

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


class _Relation(NamedTuple):
    """The laws of one relation, as columns (m); `at` is where each stands among all laws."""

    at: Ints
    first: Ints
    second: Ints
    times: Ints
    others: Ints

    @classmethod
    def of(cls, relation: Relation, laws: Sequence[Law]) -> "_Relation":
        found = [(at, law) for at, law in enumerate(laws) if law.relation == relation]
        columns = [(at, law.first, law.second, law.times, law.others) for at, law in found]
        return cls(*np.array(columns, dtype=np.int64).reshape(-1, 5).T.copy())


class Laws:
    """The laws of one kind of session, as columns: a session is held against all of them at once."""

    def __init__(self, laws: Sequence[Law]) -> None:
        """Args: `laws` the surest first."""
        self.laws = laws
        self._relations = {relation: _Relation.of(relation, laws) for relation in RELATIONS}
        self._size = max((max(law.first, law.second) for law in laws), default=-1) + 1

    def breach(self, events: Sequence[int], *, complete: bool) -> Breach | None:
        """Return the worst breach in a session.

        Args:
            events: dense ids, none of them `unseen`.
            complete: False when the session's begin or end may be lost: then only what came can be wrong,
                not what is missing.
        """
        if not self.laws:
            return None
        came = np.array(events, dtype=np.int64)
        counts = np.bincount(came, minlength=self._size)
        places = np.full(len(counts), NEVER, dtype=np.int64)
        places[came[::-1]] = np.arange(len(came))[::-1]
        broken = self._broken(counts, places, complete=complete)
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

    def _broken(self, counts: Ints, places: Ints, *, complete: bool) -> Ints:
        """Return the numbers of the laws that are broken, rising."""
        order, count = self._relations["order"], self._relations["count"]
        first, came = places[order.first], counts[count.first]
        found = [
            order.at[(places[order.second] < first) & (first < NEVER)],
            count.at[(came != count.times) & (came > 0) if complete else came > count.times],
        ]
        if complete:
            presence, ratio = self._relations["presence"], self._relations["ratio"]
            found.append(presence.at[(counts[presence.second] == 0) & (counts[presence.first] > 0)])
            first, second = counts[ratio.first], counts[ratio.second]
            uneven = first * ratio.others != second * ratio.times
            found.append(ratio.at[uneven & (first > 0) & (second > 0)])
        return np.sort(np.concatenate(found))

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
        order = self._relations["order"]
        before, after = order.first[order.second == missing], order.second[order.first == missing]
        before, after = before[counts[before] > 0], after[counts[after] > 0]
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
