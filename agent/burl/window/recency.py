"""Which stream or session has been silent longest: one order for time-outs and for eviction."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Recency(Generic[Key]):
    """Keys in the order of their last touch, overall and per sender; no work grows with their number.

    Watermarks never go back, so the order of touches of one sender is also the order of its deadlines: no
    heap, and no scan of what has not expired.
    """

    def __init__(self) -> None:
        self._touched: OrderedDict[Key, tuple[str, int]] = OrderedDict()
        self._by_sender: dict[str, OrderedDict[Key, None]] = {}

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._touched)

    def __iter__(self) -> Iterator[Key]:
        """Go through the keys, the longest silent first."""
        return iter(self._touched)

    def touch(self, key: Key, sender: str, watermark_ns: int) -> None:
        """Note that `key` had an event when the sender's watermark stood at `watermark_ns`."""
        known = self._touched.get(key)
        if known is not None and known[0] != sender:
            self.discard(key)
        self._touched[key] = (sender, watermark_ns)
        self._touched.move_to_end(key)
        keys = self._by_sender.get(sender)
        if keys is None:
            keys = self._by_sender[sender] = OrderedDict()
        keys[key] = None
        keys.move_to_end(key)

    def touched(self, key: Key) -> tuple[str, int] | None:
        """Return the sender that last touched `key` and its watermark then, or None."""
        return self._touched.get(key)

    def discard(self, key: Key) -> None:
        """Forget `key`."""
        known = self._touched.pop(key, None)
        if known is None:
            return
        keys = self._by_sender.get(known[0])
        if keys is not None:
            keys.pop(key, None)
            if not keys:
                del self._by_sender[known[0]]

    def oldest(self) -> Key:
        """Return the key that has been silent longest."""
        return next(iter(self._touched))

    def expire(self, sender: str, before_ns: int) -> list[Key]:
        """Return the sender's keys last touched at a watermark earlier than `before_ns`, oldest first.

        Each is returned once; it stays known for eviction until it is touched again or discarded.
        """
        keys = self._by_sender.get(sender, OrderedDict())
        found = []
        while keys and self._touched[next(iter(keys))][1] < before_ns:
            found.append(keys.popitem(last=False)[0])
        if not keys:
            self._by_sender.pop(sender, None)
        return found
