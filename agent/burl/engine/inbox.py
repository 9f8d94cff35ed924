"""What waits for the engine's thread; requests that wait together are given out together."""

import queue
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from burl.engine.answers import Answer

_GROUP_BYTES = 2 * 2**20
"""Most bytes of requests that are taken together: four of 500 lines with Kubernetes attributes each, many of
plain ones. Four in flight cost a fifth less a line than judged one by one (bench/end_to_end.py)."""


@dataclass(slots=True)
class Request:
    """`raw` is None once nobody waits for it any more: then it is not judged, and holds no memory."""

    raw: bytes | None
    sender: str
    size_bytes: int
    arrival_ns: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that must come between two requests."""

    step: Callable[[], None]
    answer: Answer


class Inbox:
    """A queue; any thread puts, one takes."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Request | Turn | None] = queue.SimpleQueue()
        self._ahead: list[Request | Turn | None] = []
        """The item that was looked at, and did not go with those before it."""

    def put(self, item: Request | Turn | None) -> None:
        """Append a request, a turn, or None: the end."""
        self._queue.put(item)

    def take(self, timeout_seconds: float) -> list[Request] | Turn | None:
        """Return what comes first; a request with those of its sender that wait right behind it, in order.

        Raises:
            queue.Empty: nothing came in time.
        """
        first = self._ahead.pop() if self._ahead else self._queue.get(timeout=timeout_seconds)
        if not isinstance(first, Request):
            return first
        requests, size_bytes = [first], first.size_bytes
        with suppress(queue.Empty):
            while True:
                item = self._queue.get_nowait()
                if not isinstance(item, Request) or item.sender != first.sender:
                    break
                size_bytes += item.size_bytes
                if size_bytes > _GROUP_BYTES:
                    break
                requests.append(item)
            self._ahead.append(item)
        return requests
