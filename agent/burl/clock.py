"""The one module that reads the wall clock; everything else is given a `Clock`."""

import time
from typing import Protocol


class Clock(Protocol):
    """Wall time in nanoseconds since the epoch, and a monotonic time in seconds."""

    def time_ns(self) -> int:
        """Return the wall time in nanoseconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return a time in seconds that never goes back."""
        ...


class SystemClock:
    """The machine's clock."""

    def time_ns(self) -> int:
        """Return the wall time in nanoseconds since the epoch."""
        return time.time_ns()

    def monotonic(self) -> float:
        """Return a time in seconds that never goes back."""
        return time.monotonic()


class ManualClock:
    """A clock that moves only when told to: for tests and for replays."""

    def __init__(self, start_ns: int = 0) -> None:
        """Start at `start_ns` nanoseconds since the epoch."""
        self._now_ns = start_ns

    def time_ns(self) -> int:
        """Return the wall time in nanoseconds since the epoch."""
        return self._now_ns

    def monotonic(self) -> float:
        """Return a time in seconds that never goes back."""
        return self._now_ns / 1e9

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds`."""
        self._now_ns += int(seconds * 1e9)
