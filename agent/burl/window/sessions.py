"""Open sessions: events that share an id, over streams and services."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from burl.receive.batch import Ints
from burl.window.calm import Bounds, Calm, Moments, calm_ones
from burl.window.closed import ClosedSessions
from burl.window.extract import Mentions
from burl.window.numbered import Id
from burl.window.open_sessions import OpenSessions, Session
from burl.window.portion import Portion
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.window.watermark import NEVER, SECOND_NS

_Touch = tuple[int, Session]
"""An event, and the session it belongs to."""


class _Event(NamedTuple):
    """What an event that is taken alone may change in which sessions there are."""

    time_ns: int
    limit_ns: int
    after_ns: int
    service: int


_Arrived = tuple[int, int, tuple[int, ...]]
"""An event that is taken alone: the number of its ids, its record's place, and the fields of `_Event`."""

_Things = Mapping[int, Sequence[Sequence[Id]]]
"""By the number of an event's ids: those together that name one thing."""


class Sessions:
    """Open sessions, by each of their ids.

    A session closes when its time-out passes without an event - on the sender's watermark less the slack, or
    by the times of its own events - and when it is full. Ids of joined kinds found in one record make one
    session of those that hold them.
    """

    def __init__(self, settings: WindowSettings, spec: SessionSpec) -> None:
        self._settings = settings
        self._slack_ns = int(settings.slack_seconds * SECOND_NS)
        self._timeout_ns = int((spec.timeout_seconds or settings.session_timeout_seconds) * SECOND_NS)
        self._bounds = Bounds(self._timeout_ns, settings.max_session_events)
        self._names = [kind.name for kind in spec.kinds]
        self._families = spec.families()
        self._open = OpenSessions()
        self._next = 0
        self._first_ns: int | None = None
        self._newest_ns = NEVER
        self.counters: Counter[str] = Counter()

    def feed(self, portion: Portion, found: Mentions, out: ClosedSessions) -> None:
        """Take events with their ids; append the sessions that they close to `out`."""
        if len(portion):
            self._newest_ns = max(self._newest_ns, int(portion.times_ns.max()))
            if self._first_ns is None:
                self._first_ns = int(portion.times_ns[0])
        if len(found.events):
            events = found.events
            limits_ns = portion.watermarks_before[events] - self._slack_ns - self._timeout_ns
            moments = Moments(portion.times_ns[events], limits_ns, portion.watermarks_after[events])
            places, services = portion.places(events), portion.services[events]
            calm = calm_ones(found, moments, self._open.by_id, self._bounds, self._by_family)
            touches = self._take_others(calm.others, found, (*moments, services), places, out)
            touches += self._grow(calm, places, moments.times_ns)
            self._touch(touches, moments, portion.batch.sender)
            self._evict(out)

    def _take_others(
        self, rows: Ints, found: Mentions, columns: Sequence[Ints], places: Ints, out: ClosedSessions
    ) -> list[_Touch]:
        """Take events one by one; the columns are those of `_Event`."""
        numbers = found.numbers[rows].tolist()
        things = {number: self._by_family(found.ids[number]) for number in set(numbers)}
        events = list(zip(*(column[rows].tolist() for column in columns), strict=True))
        arrived = list(zip(numbers, places[rows].tolist(), events, strict=True))
        for start, end in self._short_parts(0, len(rows), Moments(*(column[rows] for column in columns[:3]))):
            self._take(arrived[start:end], things, out)
        last = dict(zip(numbers, rows.tolist(), strict=True)).items()
        touched = ((row, self._open.by_id.get(ids[0])) for number, row in last for ids in things[number])
        return [(row, session) for row, session in touched if session is not None]

    def _short_parts(self, start: int, end: int, moments: Moments) -> Iterator[tuple[int, int]]:
        """Cut events into parts in which no session is over, once one of their events touched it."""
        times_ns = moments.times_ns[start:end]
        is_short = end - start < 2 or (
            times_ns.max() - times_ns.min() <= self._timeout_ns
            and moments.limits_ns[end - 1] <= moments.after_ns[start]
        )
        if is_short:
            yield start, end
        else:
            half = (start + end) // 2
            yield from self._short_parts(start, half, moments)
            yield from self._short_parts(half, end, moments)

    def _take(self, arrived: Iterable[_Arrived], things: _Things, out: ClosedSessions) -> None:
        """Take a short part of the events: whose they are is worked out once for the same ids.

        In one that is short no session ends between two events, unless it is full.
        """
        met: set[int] = set()
        for number, place, event in arrived:
            is_met = number in met
            met.add(number)
            for ids in things[number]:
                session = self._open.by_id.get(ids[0]) if is_met else None
                session = session or self._session_of(ids, _Event._make(event), out)
                if self._is_full_with(session, place, event):
                    self._close_full(session, out)
                    met.clear()

    def _is_full_with(self, session: Session, place: int, event: Sequence[int]) -> bool:
        """Put an event into a session; return whether it holds all that it may now."""
        time_ns, _, session.touched_ns, _ = event
        places = session.places
        if places and places[-1] == place:
            return False  # it came here by another id already
        places.append(place)
        self._open.held += 1
        session.newest_ns = max(session.newest_ns, time_ns)
        return len(places) >= self._bounds.max_events

    def _grow(self, calm: Calm, places: Ints, times_ns: Ints) -> list[_Touch]:
        """Let calm sessions grow."""
        if not calm.ids:
            return []
        ends = calm.lengths.cumsum()
        starts = ends - calm.lengths
        newest_ns = np.maximum.reduceat(times_ns[calm.events], starts)
        lasts = calm.events[ends - 1]
        held = places[calm.events].tolist()
        columns = (starts, ends, newest_ns)
        sessions = list(map(self._open.by_id.__getitem__, calm.ids))
        for session, start, end, newest in zip(
            sessions, *(column.tolist() for column in columns), strict=True
        ):
            session.places += held[start:end]
            if session.places[start - end - 1] > held[start]:
                session.places.sort()
            session.newest_ns = max(session.newest_ns, newest)
        self._open.held += len(held)
        return list(zip(lasts.tolist(), sessions, strict=True))

    def _touch(self, touches: list[_Touch], moments: Moments, sender: str) -> None:
        """Note the last touch of each session, in order: all were of one sender."""
        if not touches:
            return
        rows, sessions = zip(*sorted(touches, key=itemgetter(0)), strict=True)
        for session, after_ns in zip(sessions, moments.after_ns[list(rows)].tolist(), strict=True):
            session.touched_ns = after_ns
        self._open.touch([*dict.fromkeys(reversed(sessions))][::-1], sender)

    def _by_family(self, ids: Sequence[Id]) -> Sequence[Sequence[Id]]:
        """Group ids that name one thing; two of the same kind are two things, and tell of no others."""
        if len(ids) == 1:
            return (ids,)
        families: dict[int, list[Id]] = {}
        for one in ids:
            families.setdefault(self._families[one[0]], []).append(one)
        groups: list[Sequence[Id]] = []
        for family in families.values():
            one_thing = len({kind for kind, _ in family}) == len(family)
            groups += [family] if one_thing else [[one] for one in family]
        return groups

    def _session_of(self, ids: Sequence[Id], event: _Event, out: ClosedSessions) -> Session:
        """Return the session that the ids of an event name."""
        session = self._open.by_id.get(ids[0])
        if (
            session is None
            or self._is_over(session, event.time_ns, event.limit_ns)
            or (len(ids) > 1 and {session} != set(map(self._open.by_id.get, ids)))
        ):
            session = self._find(event, ids, out)
        return session

    def _close_full(self, session: Session, out: ClosedSessions) -> None:
        self.counters["full_sessions"] += 1
        self._close(session, out, cut=True)

    def _is_over(self, session: Session, time_ns: int, limit_ns: int) -> bool:
        return session.touched_ns < limit_ns or time_ns > session.newest_ns + self._timeout_ns

    def _find(self, event: _Event, ids: Sequence[Id], out: ClosedSessions) -> Session:
        """Return the open session of `ids`: joined if they were in several, new if in none."""
        time_ns, limit_ns, _, service = event
        session: Session | None = None
        open_ones = {self._open.by_id[one] for one in ids if one in self._open.by_id}
        for other in sorted(open_ones, key=lambda one: one.number):
            if self._is_over(other, time_ns, limit_ns):
                self._close(other, out)
            elif session is None:
                session = other
            else:
                self._open.join(session, other)
        if session is None:
            session = Session(self._next, [], [], time_ns, -NEVER, service)
            self._open.add(session)
            self._next += 1
        self._open.name(session, ids)
        return session

    def _close(self, session: Session, out: ClosedSessions, *, cut: bool = False) -> None:
        self._open.discard(session)
        ids = sorted(session.ids, key=itemgetter(0))
        out.close([text for _, text in ids], self._names[ids[0][0]], session.places, cut=cut)

    def _evict(self, out: ClosedSessions) -> None:
        settings = self._settings
        victims = self._open.victims(lambda _: 1)
        while len(self._open) > settings.max_sessions:
            self._evict_one(next(victims), out)
        victims = self._open.victims(lambda session: len(session.places))
        while self._open.held > settings.max_session_records:
            self._evict_one(next(victims), out)

    def _evict_one(self, session: Session, out: ClosedSessions) -> None:
        self.counters["evicted_sessions"] += 1
        self._close(session, out, cut=True)

    def expire(self, sender: str, watermark_ns: int, out: ClosedSessions) -> None:
        """Close the sessions last touched by the sender that have been silent for too long."""
        for session in self._open.silent(sender, watermark_ns - self._slack_ns - self._timeout_ns):
            self._close(session, out)

    def flush(self, out: ClosedSessions) -> None:
        """Close all sessions, the longest silent first."""
        for session in self._open:
            self._close(session, out, cut=session.newest_ns + self._timeout_ns >= self._newest_ns)

    @property
    def begun_ns(self) -> int:
        """A session that began until then may have begun before all input did."""
        return NEVER if self._first_ns is None else self._first_ns + self._timeout_ns

    def held(self) -> Iterable[list[int]]:
        """Return the places of all records held."""
        return [session.places for session in self._open]

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values: the longest silent session first."""
        return [self._first_ns, self._newest_ns, [_pack(session) for session in self._open]]

    def restore(self, state: list[Any]) -> None:
        """Fill empty sessions from `state`."""
        self._first_ns, self._newest_ns, sessions = state
        for (sender, watermark_ns), number, ids, places, newest_ns, *holder in sessions:
            # states saved before sessions had holders tell of none: all are of one then
            session = Session(number, [], places, newest_ns, watermark_ns, holder[0] if holder else 0)
            self._open.add(session)
            self._open.touch([session], sender)
            self._open.name(session, [(kind, text) for kind, text in ids])
            self._next = max(self._next, number + 1)


def _pack(session: Session) -> list[Any]:
    touched = (session.sender, session.touched_ns)
    return [touched, session.number, session.ids, session.places, session.newest_ns, session.holder]
