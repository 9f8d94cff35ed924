"""Which sessions a batch only makes longer: those are extended at once, the others event by event.

Most events of a batch belong to sessions that stay open, several to each. On HDFS's lines of `bench.lines`,
2,000 a batch, the window room takes half of what it takes with all events taken one by one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct, in_order
from burl.receive.batch import Ints
from burl.window.extract import Mentions
from burl.window.numbered import Id, Ids
from burl.window.open_sessions import Session

Things = Callable[[Ids], Sequence[Sequence[Id]]]
"""Called with the ids of an event; returns those together that name one thing."""


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
    """Sessions that nothing happens to in a batch but that they grow: no time-out, no limit.

    Attributes:
        ids: an id of each session (c), by which it is found when the other events are taken.
        events: where their events are, those of each together and rising.
        lengths: how many of `events` each session grows by (c).
        others: the events (rising) that are to be taken one by one: those of other sessions, and those that
            begin calm ones, name or join them.
    """

    ids: list[Id]
    events: Ints
    lengths: Ints
    others: Ints


_Node = Session | Id
"""A session, or an id that has none yet."""


class _Unions(dict[_Node, _Node]):
    """What becomes one session: from each node to another, up to the one that stands for all of them."""

    def root(self, node: _Node) -> _Node:
        while (above := self.get(node)) is not None:
            node = above
        return node

    def join(self, nodes: Iterable[_Node]) -> None:
        root, *others = dict.fromkeys(map(self.root, nodes))
        self.update(dict.fromkeys(others, root))


class _Parties(NamedTuple):
    """Sessions as they are going to be: of each, those that it is joined from.

    Attributes:
        of_keys: the party that the ids of each key name; -1 where that is not one thing.
        are_new: which keys begin, name or join sessions.
        ids: an id of each party.
        members: open sessions, each with the party that it belongs to.
    """

    of_keys: list[int]
    are_new: list[bool]
    ids: list[Id]
    members: list[tuple[Session, int]]


def calm_ones(
    found: Mentions, moments: Moments, by_id: Mapping[Id, Session], bounds: Bounds, things: Things
) -> Calm:
    """Tell the calm sessions from others.

    Args:
        found: events and their ids (n).
        moments: when the events were (n).
        by_id: the open sessions.
        bounds: what ends a session.
        things: tells which ids name one thing.
    """
    used = distinct(found.numbers)
    parties = _parties([found.ids[number] for number in used.tolist()], by_id, things)
    of_numbers = np.empty(len(found.ids), dtype=np.int64)
    of_numbers[used] = parties.of_keys
    party = of_numbers[found.numbers]
    events = in_order(party)[np.count_nonzero(party < 0) :]
    alone = np.ones(len(party), dtype=np.bool_)
    if len(events):
        lengths = np.bincount(party[events])
        alone[events[_are_calm(parties, events, lengths, moments, bounds).repeat(lengths)]] = False
        alone[_firsts(found.numbers, len(found.ids))[used[parties.are_new]]] = True
    rest = events[~alone[events]]
    lengths = np.bincount(party[rest], minlength=len(parties.ids))
    kept = lengths.nonzero()[0]
    return Calm([parties.ids[row] for row in kept.tolist()], rest, lengths[kept], alone.nonzero()[0])


def _parties(keys: Sequence[Ids], by_id: Mapping[Id, Session], things: Things) -> _Parties:
    """Return whose events those with these ids are going to be."""
    nodes: list[_Node] = [by_id.get(ids[0]) or ids[0] for ids in keys]
    are_new = [not isinstance(node, Session) for node in nodes]
    met: dict[_Node, None] = dict.fromkeys(nodes)
    unions, several = _Unions(), list[_Node]()
    for row, ids in enumerate(keys):
        if len(ids) > 1:
            named = dict.fromkeys(by_id.get(one) or one for one in ids)
            met.update(named)
            unions.join(named)
            are_new[row] |= len(named) > 1
            if len(things(ids)) > 1:
                several += named
    if unions:
        nodes = list(map(unions.root, nodes))
    restless = set(map(unions.root, several))
    ids_of = {node: ids[0] for node, ids in zip(nodes, keys, strict=True) if node not in restless}
    numbers = dict(zip(ids_of, count()))
    members = [(one, unions.root(one)) for one in met if isinstance(one, Session)]
    return _Parties(
        [numbers.get(node, -1) for node in nodes],
        are_new,
        list(ids_of.values()),
        [(one, numbers[node]) for one, node in members if node in numbers],
    )


def _are_calm(
    parties: _Parties, events: Ints, lengths: Ints, moments: Moments, bounds: Bounds
) -> npt.NDArray[np.bool_]:
    """Return which parties surely neither time out nor become full.

    Args:
        parties: sessions with these events (c).
        events: those of each together.
        lengths: how many of each (c), at least one.
        moments: when all events were.
        bounds: what ends a session.
    """
    ends = lengths.cumsum()
    starts = ends - lengths
    times_ns = moments.times_ns[events]
    before_ns = np.minimum.reduceat(times_ns, starts)
    touched_ns = moments.after_ns[events[starts]]
    held = lengths.copy()
    sessions, owners = zip(*parties.members, strict=True) if parties.members else ((), ())
    at = np.asarray(owners, dtype=np.int64)
    np.minimum.at(before_ns, at, [session.newest_ns for session in sessions])
    np.minimum.at(touched_ns, at, [session.touched_ns for session in sessions])
    np.add.at(held, at, [len(session.places) for session in sessions])
    calm: npt.NDArray[np.bool_] = moments.limits_ns[events[ends - 1]] <= touched_ns
    calm &= np.maximum.reduceat(times_ns, starts) <= before_ns + bounds.timeout_ns
    calm &= held < bounds.max_events
    return calm


def _firsts(numbers: Ints, size: int) -> Ints:
    """Return where each number below `size` first stands, anything for those that do not."""
    firsts = np.zeros(size, dtype=np.int64)
    firsts[numbers[::-1]] = np.arange(len(numbers))[::-1]  # of several the last one written: the first place
    return firsts
