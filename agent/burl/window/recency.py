"""Which stream has been silent longest: one order for time-outs and for eviction."""

from collections import OrderedDict
from collections.abc import Iterator


class Recency:
    """Streams in the order of their last touch, overall and per sender; no work grows with their number.

    Watermarks never go back, so the order of touches of one sender is also the order of its deadlines: no
    heap, and no scan of what has not expired.
    """

    def __init__(self) -> None:
        self._touched: OrderedDict[int, tuple[str, int]] = OrderedDict()
        self._by_sender: dict[str, OrderedDict[int, None]] = {}

    def __iter__(self) -> Iterator[int]:
        """Go through the streams, the longest silent first."""
        return iter(self._touched)

    def touch(self, stream: int, sender: str, watermark_ns: int) -> None:
        """Note that `stream` had an event when the sender's watermark stood at `watermark_ns`."""
        known = self._touched.get(stream)
        if known is not None and known[0] != sender:
            self.discard(stream)
        self._touched[stream] = (sender, watermark_ns)
        self._touched.move_to_end(stream)
        streams = self._by_sender.get(sender)
        if streams is None:
            streams = self._by_sender[sender] = OrderedDict()
        streams[stream] = None
        streams.move_to_end(stream)

    def touched(self, stream: int) -> tuple[str, int] | None:
        """Return the sender that last touched `stream` and its watermark then, or None."""
        return self._touched.get(stream)

    def discard(self, stream: int) -> None:
        """Forget `stream`."""
        known = self._touched.pop(stream, None)
        if known is None:
            return
        streams = self._by_sender.get(known[0])
        if streams is not None:
            streams.pop(stream, None)
            if not streams:
                del self._by_sender[known[0]]

    def oldest(self) -> int:
        """Return the stream that has been silent longest."""
        return next(iter(self._touched))

    def expire(self, sender: str, before_ns: int) -> list[int]:
        """Return the sender's streams last touched at a watermark earlier than `before_ns`, oldest first.

        Each is returned once; it stays known for eviction until it is touched again or discarded.
        """
        streams = self._by_sender.get(sender, OrderedDict())
        found = []
        while streams and self._touched[next(iter(streams))][1] < before_ns:
            found.append(streams.popitem(last=False)[0])
        if not streams:
            self._by_sender.pop(sender, None)
        return found
