"""Open sessions: events that share an id, over streams and services."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from burl.receive.batch import StreamTable
from burl.window.extract import Id
from burl.window.holders import Holders
from burl.window.portion import STREAM, TIME_NS, Portion, RecordState, Row, pack, unpack
from burl.window.ragged import Ragged
from burl.window.recency import Recency
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.window.watermark import NEVER, SECOND_NS

_Moment = tuple[int, int, int]
"""Of an event: what is touched before is over, its sender's watermark after it, its service."""
_time_ns, _stream = itemgetter(TIME_NS), itemgetter(STREAM)


@dataclass(slots=True, eq=False)
class _Session:
    """`ids` in order of first sight; `touched_ns` is its sender's watermark after its last event.

    `holder` is the service of its first event.
    """

    number: int
    ids: list[Id]
    rows: list[Row]
    newest_ns: int
    touched_ns: int
    holder: int


class Sessions:
    """Open sessions, by each of their ids.

    A session closes when its time-out passes without an event - on the sender's watermark less the slack, or
    by the times of its own events - and when it is full. Ids of joined kinds found in one record make one
    session of those that hold them.
    """

    def __init__(self, settings: WindowSettings, spec: SessionSpec, table: StreamTable) -> None:
        self._settings = settings
        self._table = table
        self._slack_ns = int(settings.slack_seconds * SECOND_NS)
        self._timeout_ns = int((spec.timeout_seconds or settings.session_timeout_seconds) * SECOND_NS)
        self._names = [kind.name for kind in spec.kinds]
        self._families = spec.families()
        self._by_id: dict[Id, _Session] = {}
        self._sessions: dict[int, _Session] = {}
        self._recency: Recency[int] = Recency()
        self._holders: Holders[int] = Holders()
        self._next = 0
        self._held = 0
        self._first_ns: int | None = None
        self._newest_ns = NEVER
        self.counters: Counter[str] = Counter()

    def feed(self, portion: Portion, found: Iterable[tuple[int, Sequence[Id]]], out: Ragged) -> None:
        """Take events with their ids; append the sessions that they close to `out`."""
        if len(portion):
            self._newest_ns = max(self._newest_ns, int(portion.times_ns.max()))
            if self._first_ns is None:
                self._first_ns = int(portion.times_ns[0])
        held = list(found)
        events = [event for event, _ in held]
        at = np.array(events, dtype=np.int64)
        limits = portion.watermarks_before[at] - self._slack_ns - self._timeout_ns
        columns = (limits, portion.watermarks_after[at], portion.services[at])
        moments = zip(*(column.tolist() for column in columns), strict=True)
        touched = [
            self._take(row, ids, moment, out)
            for (_, all_ids), row, moment in zip(held, portion.rows(events), moments, strict=True)
            for ids in self._by_family(all_ids)
        ]
        self._touch(touched, portion.batch.sender)
        self._evict(out)

    def _touch(self, sessions: list[_Session], sender: str) -> None:
        """Note the last touch of each session, in order: all were of one sender."""
        for session in reversed(list(dict.fromkeys(reversed(sessions)))):
            if session.number in self._sessions:
                self._recency.touch(session.number, sender, session.touched_ns)
                self._holders.touch(session.number, session.holder)

    def _by_family(self, ids: Sequence[Id]) -> Iterable[Sequence[Id]]:
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

    def _take(self, row: Row, ids: Sequence[Id], moment: _Moment, out: Ragged) -> _Session:
        """Put an event into the session that its ids name; return that."""
        limit_ns, after_ns, _ = moment
        time_ns = row[TIME_NS]
        session = self._by_id.get(ids[0])
        if (
            session is None
            or session.touched_ns < limit_ns
            or time_ns > session.newest_ns + self._timeout_ns
            or (len(ids) > 1 and any(self._by_id.get(one) is not session for one in ids))
        ):
            session = self._find(ids, time_ns, moment, out)
        rows = session.rows
        if rows and rows[-1] is row:
            return session  # it came here by another id already
        rows.append(row)
        session.touched_ns = after_ns
        session.newest_ns = max(session.newest_ns, time_ns)
        self._held += 1
        if len(rows) >= self._settings.max_session_events:
            self.counters["full_sessions"] += 1
            self._close(session, out, cut=True)
        return session

    def _find(self, ids: Sequence[Id], time_ns: int, moment: _Moment, out: Ragged) -> _Session:
        """Return the open session of `ids`: joined if they were in several, new if in none."""
        limit_ns, _, service = moment
        session: _Session | None = None
        open_ones = {self._by_id[one] for one in ids if one in self._by_id}
        for other in sorted(open_ones, key=lambda one: one.number):
            if other.touched_ns < limit_ns or time_ns > other.newest_ns + self._timeout_ns:
                self._close(other, out)
            elif session is None:
                session = other
            else:
                self._join(session, other)
        if session is None:
            session = self._sessions[self._next] = _Session(self._next, [], [], time_ns, -NEVER, service)
            self._holders.touch(self._next, service)
            self._next += 1
        self._name(session, ids)
        return session

    def _name(self, session: _Session, ids: Sequence[Id]) -> None:
        for one in ids:
            if self._by_id.get(one) is not session:
                self._by_id[one] = session
                session.ids.append(one)

    def _join(self, session: _Session, other: _Session) -> None:
        """Move all of `other` into `session`, the older of the two."""
        self._remove(other)
        self._name(session, other.ids)
        session.rows += other.rows
        session.newest_ns = max(session.newest_ns, other.newest_ns)
        self._held += len(other.rows)

    def _remove(self, session: _Session) -> None:
        del self._sessions[session.number]
        self._recency.discard(session.number)
        self._holders.discard(session.number, session.holder)
        for one in session.ids:
            del self._by_id[one]
        self._held -= len(session.rows)

    def _close(self, session: _Session, out: Ragged, *, cut: bool = False) -> None:
        """Emit a session: by service, and there in order of event time.

        Which of two services logs first within a few milliseconds is chance. Kept apart, the order of each
        one's lines is what it always is: in the training part of data/shop, sessions hold 173 different pairs
        of neighbours, 19 of them once, against 273 and 44 with all lines in one order of time.
        """
        self._remove(session)
        ids = sorted(session.ids, key=itemgetter(0))
        out.append_rows(self._in_order(session.rows))
        complete = not cut and self._saw_begin(session)
        out.close(ids[0][1], self._names[ids[0][0]], [text for _, text in ids], complete=complete)

    def _saw_begin(self, session: _Session) -> bool:
        """Return False when events before the first of all input may have belonged to the session."""
        first_ns = min(map(_time_ns, session.rows))
        return self._first_ns is None or first_ns - self._first_ns > self._timeout_ns

    def _in_order(self, rows: list[Row]) -> list[Row]:
        ordered = sorted(rows, key=_time_ns)
        streams = set(map(_stream, rows))
        if len(streams) > 1:
            services = {stream: self._table.identity(stream).service for stream in streams}
            ordered.sort(key=lambda row: services[row[STREAM]])
        return ordered

    def _evict(self, out: Ragged) -> None:
        settings, sessions = self._settings, self._sessions
        victims = self._holders.victims(lambda _: 1)
        while len(sessions) > settings.max_sessions:
            self._evict_one(next(victims), out)
        victims = self._holders.victims(lambda number: len(sessions[number].rows))
        while self._held > settings.max_session_records:
            self._evict_one(next(victims), out)

    def _evict_one(self, number: int, out: Ragged) -> None:
        self.counters["evicted_sessions"] += 1
        self._close(self._sessions[number], out, cut=True)

    def expire(self, sender: str, watermark_ns: int, out: Ragged) -> None:
        """Close the sessions last touched by the sender that have been silent for too long."""
        for number in self._recency.expire(sender, watermark_ns - self._slack_ns - self._timeout_ns):
            self._close(self._sessions[number], out)

    def flush(self, out: Ragged) -> None:
        """Close all sessions, the longest silent first."""
        for number in list(self._recency):
            session = self._sessions[number]
            self._close(session, out, cut=session.newest_ns + self._timeout_ns >= self._newest_ns)

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values: the longest silent session first."""
        sessions = [
            [self._recency.touched(number), *_pack(self._sessions[number])] for number in self._recency
        ]
        return [self._first_ns, self._newest_ns, sessions]

    def restore(self, state: list[Any]) -> None:
        """Fill empty sessions from `state`."""
        self._first_ns, self._newest_ns, sessions = state
        for (sender, watermark_ns), number, ids, records, newest_ns, *holder in sessions:
            rows = [unpack(record) for record in records]
            # states saved before sessions had holders tell of none: all are of one then
            session = _Session(number, [], rows, newest_ns, watermark_ns, holder[0] if holder else 0)
            self._sessions[number] = session
            self._name(session, [(kind, text) for kind, text in ids])
            self._recency.touch(number, sender, watermark_ns)
            self._holders.touch(number, session.holder)
            self._held += len(rows)
            self._next = max(self._next, number + 1)


def _pack(session: _Session) -> tuple[int, list[Id], list[RecordState], int, int]:
    records = [pack(row) for row in session.rows]
    return (session.number, session.ids, records, session.newest_ns, session.holder)
