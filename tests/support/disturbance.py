"""What goes wrong with a running agent, at moments that a seed decides."""

import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from support.agent_process import AgentProcess

_STARTS = 20


class Kills:
    """Kills an agent by SIGKILL while a request is on its way, and starts it again."""

    def __init__(self, agent: AgentProcess, rng: random.Random, within_seconds: float = 0.1) -> None:
        self._agent, self._rng, self._within_seconds = agent, rng, within_seconds
        self._threads: list[threading.Thread] = []

    def __len__(self) -> int:
        """Return how many there were."""
        return len(self._threads)

    def __call__(self) -> None:
        """Kill it soon; the one before must be over."""
        self.wait()
        thread = threading.Thread(target=self._kill, args=(self._rng.uniform(0.0, self._within_seconds),))
        thread.start()
        self._threads.append(thread)

    def wait(self) -> None:
        """Return when the agent listens again."""
        for thread in self._threads[-1:]:
            thread.join()

    def _kill(self, delay_seconds: float) -> None:
        threading.Event().wait(delay_seconds)
        self._agent.kill()
        for _ in range(_STARTS):  # as a supervisor does: an embedded store that is locked lets none start
            try:
                self._agent.start()
            except AssertionError:
                self._agent.kill()
            else:
                return


class Locks:
    """Outages of an embedded store: another process holds its lock for longer than a write waits."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._path, self._seconds = path, seconds
        self._threads: list[threading.Thread] = []

    def __len__(self) -> int:
        """Return how many there were."""
        return len(self._threads)

    def __call__(self) -> None:
        """Begin an outage."""
        thread = threading.Thread(target=self._lock)
        thread.start()
        self._threads.append(thread)

    def wait(self) -> None:
        """Return when all are over."""
        for thread in self._threads:
            thread.join()

    def _lock(self) -> None:
        with closing(sqlite3.connect(self._path, timeout=30.0, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            threading.Event().wait(self._seconds)
            connection.execute("ROLLBACK")


def schedule(
    rng: random.Random, requests: int, counts: dict[Callable[[], None], int]
) -> dict[int, Callable[[], None]]:
    """Return which of `counts` happens before which request, in random order at random places."""
    what = [disturb for disturb, count in counts.items() for _ in range(count)]
    rng.shuffle(what)
    return dict(zip(sorted(rng.sample(range(1, requests), len(what))), what, strict=True))
