"""How long a request would wait for its turn: an agent that cannot keep up says so at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from burl.clock import Clock

_REMEMBERED = 0.8
"""How much what was learnt of the pace still counts after one more request."""


class Backlog:
    """Bytes that came and bytes that are done, and the time that a byte takes of late.

    What is added is counted by one thread, what is done by another; each reads what the other writes.
    """

    def __init__(self, clock: Clock, max_wait_seconds: float) -> None:
        """Args: `max_wait_seconds` is what a request may have to wait until those before it are done."""
        self._clock, self._max_wait_seconds = clock, max_wait_seconds
        self._came_bytes = self._done_bytes = 0
        self._pace_seconds = self._pace_bytes = 0.0
        self._began_seconds: float | None = None

    @property
    def wait_seconds(self) -> float:
        """How long a request that came now would probably wait."""
        ahead = self._came_bytes - self._done_bytes
        expected = ahead * self._pace_seconds / self._pace_bytes if self._pace_bytes else 0.0
        began = self._began_seconds
        return expected if began is None else max(expected, self._clock.monotonic() - began)

    @property
    def is_long(self) -> bool:
        """True while one more request would wait for too long; never when nothing is before it."""
        return self.wait_seconds > self._max_wait_seconds

    def add(self, size_bytes: int) -> None:
        """Count a request that waits from now on."""
        self._came_bytes += size_bytes

    @contextmanager
    def work(self, size_bytes: int) -> Iterator[None]:
        """Note that its turn has come, and how long it took."""
        began = self._began_seconds = self._clock.monotonic()
        try:
            yield
        finally:
            self._pace_seconds = _REMEMBERED * self._pace_seconds + self._clock.monotonic() - began
            self._pace_bytes = _REMEMBERED * self._pace_bytes + size_bytes
            self._began_seconds = None
            self._done_bytes += size_bytes
