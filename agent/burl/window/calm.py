"""Which sessions a batch only makes longer: those are extended at once, the others event by event.

Most events of a batch belong to sessions that are open and stay so, several to each. On HDFS's lines of
`bench.lines`, 2,000 a batch, the window room takes half of what it takes with all events taken one by one.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np

from burl.distinct import distinct, in_order
from burl.receive.batch import Ints
from burl.window.extract import Mentions
from burl.window.numbered import Id, Ids
from burl.window.open_sessions import Session
from burl.window.watermark import NEVER


class Moments(NamedTuple):
    """When events with ids came; columns (n).

    Attributes:
        times_ns: when they were.
        limits_ns: the sessions are over that were touched before.
        after_ns: their sender's watermark after them.
    """

    times_ns: Ints
    limits_ns: Ints
    after_ns: Ints


class Bounds(NamedTuple):
    """How long a session may be silent, and how many events it may have."""

    timeout_ns: int
    max_events: int


class Calm(NamedTuple):
    """Sessions that nothing happens to in a batch but that they grow: no time-out, no joining, no limit.

    Attributes:
        sessions: these sessions (c); an id stands for one that the first of its events begins.
        events: where their events are, those of each together and rising.
        starts, ends: which of `events` each session is to grow by (c).
        newest_ns: the latest time of these (c).
        others: the events (rising) that are to be taken one by one: those of other sessions, and those that
            begin a calm one.
    """

    sessions: list[Session | Id]
    events: Ints
    starts: Ints
    ends: Ints
    newest_ns: Ints
    others: Ints


def calm_ones(found: Mentions, moments: Moments, by_id: Mapping[Id, Session], bounds: Bounds) -> Calm:
    """Tell the calm sessions from others.

    Args:
        found: events and their ids (n).
        moments: when the events were (n).
        by_id: the open sessions.
        bounds: what ends a session.
    """
    used = distinct(found.numbers)
    sessions = _sessions_of([found.ids[number] for number in used.tolist()], by_id)
    numbers = dict(zip(dict.fromkeys(one for one in sessions if one is not None), count()))
    new_numbers = np.empty(len(found.ids), dtype=np.int64)
    new_numbers[used] = [-1 if one is None else numbers[one] for one in sessions]
    number = new_numbers[found.numbers]
    events = in_order(number)[np.count_nonzero(number < 0) :]
    lengths = np.bincount(number[events], minlength=len(numbers))
    return _within(bounds, list(numbers), events, lengths, moments)


def _sessions_of(keys: Sequence[Ids], by_id: Mapping[Id, Session]) -> list[Session | Id | None]:
    """Return whose events these ids name: a session's, or those of an id that is to begin one.

    None where that may change on the way, as several are to be joined.
    """
    restless: set[Session | Id | None] = set()
    for ids in keys:
        if len(ids) > 1:
            several = {by_id.get(one) for one in ids}
            if len(several) > 1 or None in several:
                restless.update(several, ids)
    found = [by_id.get(ids[0]) or ids[0] for ids in keys]
    return [None if one in restless else one for one in found] if restless else [*found]


def _within(
    bounds: Bounds, sessions: list[Session | Id], events: Ints, lengths: Ints, moments: Moments
) -> Calm:
    """Return those of the sessions that will surely not time out nor become full.

    Args:
        bounds: what ends a session.
        sessions: sessions that are not joined (c).
        events: those of each together.
        lengths: how many events of each (c), at least one.
        moments: when all events were.
    """
    ends = lengths.cumsum()
    starts = ends - lengths
    firsts, lasts = events[starts], events[ends - 1]
    newest_ns = np.maximum.reduceat(moments.times_ns[events], starts) if len(starts) else ends
    begun = np.asarray([isinstance(one, Session) for one in sessions], dtype=np.bool_)
    before_ns, touched_ns, held = np.asarray(list(map(_stand, sessions)), dtype=np.int64).reshape(-1, 3).T
    before_ns = np.where(begun, before_ns, moments.times_ns[firsts])
    touched_ns = np.minimum(touched_ns, moments.after_ns[firsts])
    calm = (moments.limits_ns[lasts] <= touched_ns) & (newest_ns <= before_ns + bounds.timeout_ns)
    calm &= held + lengths < bounds.max_events
    alone = np.ones(len(moments.times_ns), dtype=np.bool_)
    alone[events[calm.repeat(lengths)]] = False
    alone[firsts[~begun]] = True
    kept = calm.nonzero()[0]
    return Calm(
        [sessions[row] for row in kept.tolist()],
        events,
        (starts + ~begun)[kept],
        ends[kept],
        newest_ns[kept],
        alone.nonzero()[0],
    )


def _stand(session: Session | Id) -> tuple[int, int, int]:
    """Return the newest time, the last touch and the number of records of a session."""
    if isinstance(session, Session):
        return session.newest_ns, session.touched_ns, len(session.places)
    return NEVER, -NEVER, 0
