"""Which places hold ids of one kind: those that share their words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from burl.receive.batch import Ints
from burl.window.occurrences import Occurrences

_MIN_FILLED = 0.8
_MAX_LINES_PER_WORD = 20
_MIN_WORDS = 10
_MIN_SHARED = 0.5
_MIN_SHARED_RARE = 0.6
_MAX_PLACES_PER_WORD = 60


class Forest:
    """Disjoint sets of the integers below `size`; the smallest member stands for its set."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, one: int) -> int:
        """Return what stands for the set of `one`."""
        while self._parent[one] != one:
            self._parent[one] = self._parent[self._parent[one]]
            one = self._parent[one]
        return one

    def join(self, left: int, right: int) -> None:
        """Make one set of two."""
        left, right = self.find(left), self.find(right)
        self._parent[max(left, right)] = min(left, right)


@dataclass(slots=True)
class Pairs:
    """The distinct (place, word) pairs, in order of place."""

    place: Ints
    word: Ints


def distinct_pairs(table: Occurrences) -> Pairs:
    """Return each (place, word) that occurs."""
    keys = np.unique(table.place * len(table.words) + table.word)
    place, word = np.divmod(keys, max(1, len(table.words)))
    return Pairs(place, word)


def _usable(table: Occurrences, pairs: Pairs) -> tuple[set[int], set[int]]:
    """Return places that may hold ids: common ones, and rare ones that only follow others."""
    size = len(table.places)
    lines = np.bincount(table.place, minlength=size)
    words = np.bincount(pairs.place, minlength=size)
    usable = (lines >= _MIN_FILLED * table.seen) & (lines <= _MAX_LINES_PER_WORD * words) & (words > 0)
    common = usable & (words >= _MIN_WORDS)
    return set(np.flatnonzero(common).tolist()), set(np.flatnonzero(usable & ~common).tolist())


def _places_by_word(pairs: Pairs, places: set[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, word in zip(pairs.place.tolist(), pairs.word.tolist(), strict=True):
        if place in places:
            found.setdefault(word, []).append(place)
    return found


def cluster(table: Occurrences) -> list[list[int]]:
    """Return groups of places whose words are the same ids; each group ties two or more templates.

    Two places belong together when half of the words of the one with fewer stand at the other, too. A place
    with few words follows the group that holds most of them.
    """
    pairs = distinct_pairs(table)
    common, rare = _usable(table, pairs)
    words = np.bincount(pairs.place, minlength=len(table.places)).tolist()
    shared: Counter[tuple[int, int]] = Counter()
    by_word = _places_by_word(pairs, common)
    for places in by_word.values():
        shared.update(combinations(places[:_MAX_PLACES_PER_WORD], 2))
    forest = Forest(len(table.places))
    for (left, right), count in shared.items():
        if count >= _MIN_SHARED * min(words[left], words[right]):
            forest.join(left, right)
    groups: dict[int, list[int]] = {}
    for place in sorted(common):
        groups.setdefault(forest.find(place), []).append(place)
    tied = {root: places for root, places in groups.items() if _templates(table, places) > 1}
    for place, root in _followers(pairs, by_word, rare, {p: r for r, places in tied.items() for p in places}):
        tied[root].append(place)
    return list(tied.values())


def _templates(table: Occurrences, places: Iterable[int]) -> int:
    return len({table.places[place][0] for place in places})


def _followers(
    pairs: Pairs, by_word: dict[int, list[int]], rare: set[int], root_of: dict[int, int]
) -> Iterable[tuple[int, int]]:
    """Yield (rare place, group that holds most of its words)."""
    words: Counter[int] = Counter()
    hits: Counter[tuple[int, int]] = Counter()
    for place, word in zip(pairs.place.tolist(), pairs.word.tolist(), strict=True):
        if place in rare:
            words[place] += 1
            hits.update((place, root) for root in {root_of.get(p, -1) for p in by_word.get(word, ())} - {-1})
    for (place, root), count in sorted(hits.items(), key=lambda hit: (hit[0][0], -hit[1], hit[0][1])):
        if words[place] and count >= _MIN_SHARED_RARE * words.pop(place):
            yield place, root
