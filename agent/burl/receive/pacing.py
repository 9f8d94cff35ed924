"""Slices of a source that may pause: given out when they are full, or when nothing came for a moment."""

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Paced(Generic[Item]):
    """Cuts `items` into slices of at most `size`; what is there is not kept waiting for what is not.

    `items` is read on a thread of its own, at most two slices ahead.
    """

    def __init__(self, items: Iterator[Item], size: int, pause_seconds: float) -> None:
        self._items, self._size, self._pause_seconds = items, size, pause_seconds
        self._full: queue.Queue[list[Item] | Exception | None] = queue.Queue(maxsize=2)
        self._partial: list[Item] = []
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[list[Item]]:
        """Yield the slices. Raises what reading raises."""
        threading.Thread(target=self._read, name="burl-reader", daemon=True).start()
        while (slice_ := self._next()) is not None:
            if isinstance(slice_, Exception):
                raise slice_
            if slice_:
                yield slice_

    def _next(self) -> list[Item] | Exception | None:
        try:
            return self._full.get(timeout=self._pause_seconds)
        except queue.Empty:
            pass
        with self._lock:
            try:  # filled just now, and so before what is there in part
                return self._full.get_nowait()
            except queue.Empty:
                return self._taken()

    def _read(self) -> None:
        try:
            for item in self._items:
                with self._lock:
                    self._partial.append(item)
                    if len(self._partial) >= self._size:
                        self._full.put(self._taken())
        except Exception as error:  # raised again by the thread that iterates
            self._end(error)
        else:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        with self._lock:
            rest = self._taken()
        self._full.put(rest)
        self._full.put(error)

    def _taken(self) -> list[Item]:
        taken, self._partial = self._partial, []
        return taken
