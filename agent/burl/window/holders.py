"""Whose sessions are given up first when they are too many or too long: those of the service with most."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from heapq import heapify, heappop, heapreplace
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Holders(Generic[Key]):
    """Keys by their holder, each holder's in the order of their last touch.

    To take from the largest holder is fair as dropping from the longest queue is (McKenney, Stochastic
    Fairness Queueing, INFOCOM 1990): who floods loses its own, and of one holder alone the longest silent go.
    """

    def __init__(self) -> None:
        self._keys: dict[int, OrderedDict[Key, None]] = {}

    def touch(self, key: Key, holder: int) -> None:
        """Note that `key`, which is `holder`'s, is the last that had an event."""
        keys = self._keys.get(holder)
        if keys is None:
            keys = self._keys[holder] = OrderedDict()
        keys[key] = None
        keys.move_to_end(key)

    def discard(self, key: Key, holder: int) -> None:
        """Forget `key`, which is `holder`'s."""
        keys = self._keys[holder]
        del keys[key]
        if not keys:
            del self._keys[holder]

    def victims(self, weight: Callable[[Key], int]) -> Iterator[Key]:
        """Yield the longest silent key of the largest holder, which is to be discarded before the next.

        Args:
            weight: what a key counts.
        """
        heap = [(-sum(map(weight, keys)), holder) for holder, keys in self._keys.items()]
        heapify(heap)
        while heap:
            held, holder = heap[0]
            key = next(iter(self._keys[holder]))
            rest = held + weight(key)
            yield key
            if holder in self._keys:
                heapreplace(heap, (rest, holder))
            else:
                heappop(heap)
