"""How tests build a `Retry`: seeded, and with one attempt unless said."""

import random
import threading

from burl.clock import Clock, SystemClock
from burl.write.backoff import Retry
from burl.write.counters import WriteCounters

SEEDED = random.Random(1)


def seeded_retry(
    timeout_seconds: float = 0.0, clock: Clock | None = None, stopping: threading.Event | None = None
) -> Retry:
    return Retry(
        clock or SystemClock(), SEEDED, timeout_seconds, WriteCounters(), stopping or threading.Event()
    )
