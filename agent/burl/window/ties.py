"""Which groups of places are kinds of session, and which kinds name one thing."""

from dataclasses import dataclass

import numpy as np

from burl.receive.batch import Ints
from burl.window.cluster import Forest
from burl.window.occurrences import Occurrences

_MIN_IDS = 10
_MIN_LINES = 2.5
_MAX_SPREAD = 10
_MAX_LIFETIME = 0.5
_MAX_LIFETIME_OF_NUMBERS = 0.05
_LONG_NUMBER = 12
_MIN_FUNCTIONAL = 0.98
_MAX_FAN_OUT = 10
_ANY_SIZE = 100
"""Joined sessions of up to this many lines are never too large, however small the others are."""


@dataclass(slots=True)
class Kind:
    """A group of places, and its rows: which line holds which id (`words`), each pair once."""

    places: list[int]
    lines: Ints
    words: Ints

    @property
    def ids(self) -> int:
        """Return how many ids there are."""
        return len(np.unique(self.words))

    @property
    def lines_per_id(self) -> float:
        """Return the mean number of lines of an id."""
        return len(self.lines) / max(1, self.ids)


def kind_of(table: Occurrences, places: list[int]) -> Kind:
    """Gather the rows of a group of places."""
    chosen = np.isin(table.place, places)
    keys = np.unique(table.line[chosen] * len(table.words) + table.word[chosen])
    lines, words = np.divmod(keys, max(1, len(table.words)))
    return Kind(places, lines, words)


def is_session(table: Occurrences, kind: Kind) -> bool:
    """Return True when the ids of a kind each stand for one thing that happens, and ends.

    They do not when there are few of them, when most have only a line or two, when some hold many times the
    lines of others (users, processes, hosts), or when they come back all through the data (products).
    """
    if kind.ids < _MIN_IDS or kind.lines_per_id < _MIN_LINES:
        return False
    _, index, counts = np.unique(kind.words, return_inverse=True, return_counts=True)
    if np.quantile(counts, 0.99) > _MAX_SPREAD * np.median(counts):
        return False
    lifetimes = _lifetimes(table.times_ns[kind.lines], index)
    if is_plain(table, kind):
        return bool(np.quantile(lifetimes, 0.9) <= _MAX_LIFETIME_OF_NUMBERS * table.span_ns)
    return bool(np.median(lifetimes) <= _MAX_LIFETIME * table.span_ns)


def _lifetimes(times_ns: Ints, group: Ints) -> Ints:
    """Return, for each group, the time from its first to its last line."""
    size = int(group.max()) + 1
    first: Ints = np.full(size, np.iinfo(np.int64).max)
    last: Ints = np.full(size, np.iinfo(np.int64).min)
    np.minimum.at(first, group, times_ns)
    np.maximum.at(last, group, times_ns)
    return last - first


def is_plain(table: Occurrences, kind: Kind) -> bool:
    """Return True for short numbers, which may be equal by chance."""
    words = [table.words[word] for word in np.unique(kind.words).tolist()]
    return 2 * sum(map(_is_short_number, words)) > len(words)


def _is_short_number(word: str) -> bool:
    return word.isdigit() and len(word) < _LONG_NUMBER


def _names_one(left: Kind, right: Kind) -> int:
    """Return how many ids of `left` stand in lines with ids of `right`, when each names one thing there.

    0 when they do not: an id of `left` with several of `right`, or one of `right` with ever so many of `left`
    (the carts of a user, the statements of a process).
    """
    lines, at_left, at_right = np.intersect1d(left.lines, right.lines, return_indices=True)
    if not len(lines):
        return 0
    pairs = np.unique(np.column_stack((left.words[at_left], right.words[at_right])), axis=0)
    ids, rights = np.unique(pairs[:, 0], return_counts=True)
    _, fan_out = np.unique(pairs[:, 1], return_counts=True)
    functional = float(np.mean(rights == 1)) >= _MIN_FUNCTIONAL
    return len(ids) if functional and np.quantile(fan_out, 0.99) <= _MAX_FAN_OUT else 0


def joins_of(table: Occurrences, kinds: list[Kind]) -> list[tuple[int, int]]:
    """Return the pairs of kinds whose ids name one thing, the best supported first.

    A pair is refused when its joined sessions would no longer be of one size: then something in between,
    a user or a host, would merge everything.
    """
    candidates = []
    for left in range(len(kinds)):
        for right in range(left + 1, len(kinds)):
            support = max(_names_one(kinds[left], kinds[right]), _names_one(kinds[right], kinds[left]))
            if support >= _MIN_IDS:
                candidates.append((-support, left, right))
    joins: list[tuple[int, int]] = []
    for _, left, right in sorted(candidates):
        if _stays_even(table, kinds, [*joins, (left, right)]):
            joins.append((left, right))
    return joins


def sessions_of(table: Occurrences, kinds: list[Kind], joins: list[tuple[int, int]]) -> Ints:
    """Return the session of each row of all kinds together, in the order of `kinds`."""
    size = len(table.words)
    forest = Forest(len(kinds) * size)
    for left, right in joins:
        _, at_left, at_right = np.intersect1d(kinds[left].lines, kinds[right].lines, return_indices=True)
        ones = kinds[left].words[at_left] + left * size
        others = kinds[right].words[at_right] + right * size
        for one, other in zip(ones.tolist(), others.tolist(), strict=True):
            forest.join(one, other)
    flat = [number * size + word for number, kind in enumerate(kinds) for word in kind.words.tolist()]
    return np.asarray([forest.find(one) for one in flat], dtype=np.int64)


def _stays_even(table: Occurrences, kinds: list[Kind], joins: list[tuple[int, int]]) -> bool:
    _, counts = np.unique(sessions_of(table, kinds, joins), return_counts=True)
    return bool(counts.max() <= max(_ANY_SIZE, _MAX_SPREAD * np.quantile(counts, 0.9)))


def gaps_ns(table: Occurrences, kinds: list[Kind], joins: list[tuple[int, int]]) -> Ints:
    """Return the times between one line of a session and its next, over all sessions."""
    if not kinds:
        return np.empty(0, dtype=np.int64)
    session = sessions_of(table, kinds, joins)
    times_ns = np.concatenate([table.times_ns[kind.lines] for kind in kinds])
    order = np.lexsort((times_ns, session))
    session, times_ns = session[order], times_ns[order]
    return np.asarray(np.diff(times_ns)[np.diff(session) == 0], dtype=np.int64)
