"""Who has been silent longest: one order for time-outs and for eviction."""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


class BySender(Generic[Item]):
    """What each sender touched, in the order of the last touches.

    Watermarks never go back, so that is also the order of deadlines: no heap, and no scan of what has not
    expired.
    """

    def __init__(self) -> None:
        self._items: dict[str, OrderedDict[Item, None]] = {}

    def touch(self, items: Iterable[Item], sender: str) -> None:
        """Note that the sender touched these, one at least, in this order; no other sender has them."""
        touched = self._items.setdefault(sender, OrderedDict())
        for item in items:
            touched[item] = None
            touched.move_to_end(item)

    def leave(self, item: Item, sender: str) -> None:
        """Forget what the sender touched, if it is known."""
        touched = self._items.get(sender)
        if touched is not None:
            touched.pop(item, None)
            if not touched:
                del self._items[sender]

    def oldest(self, sender: str) -> Item | None:
        """Return what the sender has not touched for the longest time; None where there is nothing."""
        return next(iter(self._items.get(sender, ())), None)


class Recency:
    """Streams in the order of their last touch, overall and per sender; no work grows with their number."""

    def __init__(self) -> None:
        self._touched: OrderedDict[int, tuple[str, int]] = OrderedDict()
        self._by_sender: BySender[int] = BySender()

    def __iter__(self) -> Iterator[int]:
        """Go through the streams, the longest silent first."""
        return iter(self._touched)

    def touch(self, stream: int, sender: str, watermark_ns: int) -> None:
        """Note that `stream` had an event when the sender's watermark stood at `watermark_ns`."""
        known = self._touched.get(stream)
        if known is not None and known[0] != sender:
            self._by_sender.leave(stream, known[0])
        self._touched[stream] = (sender, watermark_ns)
        self._touched.move_to_end(stream)
        self._by_sender.touch((stream,), sender)

    def touched(self, stream: int) -> tuple[str, int] | None:
        """Return the sender that last touched `stream` and its watermark then, or None."""
        return self._touched.get(stream)

    def discard(self, stream: int) -> None:
        """Forget `stream`."""
        known = self._touched.pop(stream, None)
        if known is not None:
            self._by_sender.leave(stream, known[0])

    def oldest(self) -> int:
        """Return the stream that has been silent longest."""
        return next(iter(self._touched))

    def expire(self, sender: str, before_ns: int) -> Iterator[int]:
        """Yield the sender's streams last touched at a watermark earlier than `before_ns`, oldest first.

        Each is given once; it stays known for eviction until it is touched again or discarded.
        """
        while (stream := self._by_sender.oldest(sender)) is not None:
            if self._touched[stream][1] >= before_ns:
                return
            self._by_sender.leave(stream, sender)
            yield stream
