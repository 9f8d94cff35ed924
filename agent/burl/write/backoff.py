"""When to try again: one decision for every sink."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from burl.clock import Clock
from burl.errors import Retryable
from burl.write.counters import WriteCounters

Result = TypeVar("Result")


def full_jitter_seconds(
    attempt: int, rng: random.Random, *, base_seconds: float = 0.1, cap_seconds: float = 10.0
) -> float:
    """Return how long to wait after failed attempt number `attempt` (0-based).

    Exponential with full jitter, so that agents that failed together do not come back together:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    return rng.uniform(0.0, min(cap_seconds, base_seconds * 2 ** min(attempt, 30)))


@dataclass(frozen=True, slots=True)
class Retry:
    """Repeats an attempt until it succeeds, `timeout_seconds` are over, or `stop` is called."""

    clock: Clock
    rng: random.Random
    timeout_seconds: float
    counters: WriteCounters
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, attempt: Callable[[], Result]) -> Result:
        """Return what `attempt` returns. Raises its last Retryable, and anything else at once."""
        deadline = self.clock.monotonic() + self.timeout_seconds
        number = 0
        while True:
            try:
                return attempt()
            except Retryable:
                pause_seconds = full_jitter_seconds(number, self.rng)
                too_late = self.clock.monotonic() + pause_seconds > deadline
                if too_late or self.stopping.wait(pause_seconds):
                    raise
            self.counters.retries += 1
            number += 1

    def pause(self) -> None:
        """Wait as after a first failed attempt, and count the one that is to come; not while stopping."""
        self.stopping.wait(full_jitter_seconds(0, self.rng))
        self.counters.retries += 1

    def stop(self) -> None:
        """Make running and later attempts the last of their kind."""
        self.stopping.set()
