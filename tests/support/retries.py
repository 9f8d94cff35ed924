"""How tests build a `Retry`: seeded, and with one attempt unless said."""

import random
import threading

from burl.clock import Clock, ManualClock, SystemClock
from burl.write.backoff import Retry
from burl.write.counters import WriteCounters

SEEDED = random.Random(1)


class Waiter(threading.Event):
    """Moves the clock instead of sleeping."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.advance(timeout or 0.0)
        return self.is_set()


def seeded_retry(
    timeout_seconds: float = 0.0, clock: Clock | None = None, stopping: threading.Event | None = None
) -> Retry:
    return Retry(
        clock or SystemClock(), SEEDED, timeout_seconds, WriteCounters(), stopping or threading.Event()
    )
