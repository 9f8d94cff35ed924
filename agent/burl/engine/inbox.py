"""What waits for the engine's thread; requests that come together are given out together."""

import queue
from collections.abc import Callable
from dataclasses import dataclass

from burl.engine.answers import Answer

_GROUP_BYTES = 4 * 2**20
"""Most bytes of requests that are taken together: seven of 500 lines with Kubernetes attributes each, 50 of
plain ones."""
_ENOUGH_BYTES = 2 * 2**20
"""More is not waited for: then what a group costs, however small, is little a line."""
_PATIENCE_SECONDS = 0.003
"""How long each other is waited for. Four in flight cost a quarter less a line than when each is judged as it
comes; of eight in flight seven come together, not five as when as many as the last time are waited for
(bench/end_to_end.py)."""


@dataclass(slots=True)
class Request:
    """What waits to be judged.

    Attributes:
        raw: None once nobody waits for it any more: then it is not judged, and holds no memory.
        in_flight: requests of its sender that were not answered when it came, itself included.
    """

    raw: bytes | None
    sender: str
    size_bytes: int
    arrival_ns: int
    answer: Answer
    in_flight: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that must come between two requests."""

    step: Callable[[], None]
    answer: Answer


class Inbox:
    """A queue; any thread puts, one takes."""

    def __init__(self, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._patience_seconds = patience_seconds
        self._queue: queue.SimpleQueue[Request | Turn | None] = queue.SimpleQueue()
        self._ahead: list[Request | Turn | None] = []
        """The item that was looked at, and did not go with those before it."""
        self._last: tuple[str, int] = ("", 0)
        """Whose requests were taken last, and how many that sender had in flight."""

    def put(self, item: Request | Turn | None) -> None:
        """Append a request, a turn, or None: the end."""
        self._queue.put(item)

    def take(self, timeout_seconds: float) -> list[Request] | Turn | None:
        """Return what comes first; a request with those of its sender that come right behind it, in order.

        As many as its sender had in flight the last time are waited for, a little: it sends the next ones
        when those are answered.

        Raises:
            queue.Empty: nothing came in time.
        """
        first = self._ahead.pop() if self._ahead else self._queue.get(timeout=timeout_seconds)
        if not isinstance(first, Request):
            return first
        requests = self._together(first)
        self._last = (first.sender, max(request.in_flight for request in requests))
        return requests

    def _together(self, first: Request) -> list[Request]:
        requests, size_bytes = [first], first.size_bytes
        expected = self._last[1] if self._last[0] == first.sender else 1
        while True:
            is_due = len(requests) >= expected or size_bytes >= _ENOUGH_BYTES
            try:
                item = self._queue.get(timeout=0.0 if is_due else self._patience_seconds)
            except queue.Empty:
                return requests
            if not isinstance(item, Request) or item.sender != first.sender:
                break
            size_bytes += item.size_bytes
            if size_bytes > _GROUP_BYTES:
                break
            requests.append(item)
        self._ahead.append(item)
        return requests
