"""Whether a sink is known to be down, without ever making the one who asks wait."""

import threading
from collections.abc import Callable

from burl.clock import Clock
from burl.errors import BurlError

PROBE_INTERVAL_SECONDS = 1.0


class Health:
    """Down after a failed write, up after a successful one; while down, probed on a thread of its own.

    While a store is down, requests are refused before scoring: no write would ever find out that it is back.
    """

    def __init__(self, probe: Callable[[], None], clock: Clock) -> None:
        """Args: `probe` returns when the sink works, and raises BurlError when it does not."""
        self._probe = probe
        self._clock = clock
        self._down = False
        self._next_probe = 0.0
        self._lock = threading.Lock()

    def up(self) -> None:
        """Note a success."""
        self._down = False

    def down(self) -> None:
        """Note a failure."""
        with self._lock:
            if not self._down:
                self._next_probe = self._clock.monotonic() + PROBE_INTERVAL_SECONDS
            self._down = True

    def healthy(self) -> bool:
        """Return False while known to be down; starts a probe when one is due."""
        if self._down and self._probe_is_due():
            threading.Thread(target=self._run_probe, name="burl-sink-probe", daemon=True).start()
        return not self._down

    def _probe_is_due(self) -> bool:
        with self._lock:
            due = self._clock.monotonic() >= self._next_probe
            if due:
                self._next_probe = float("inf")  # none beside the one that starts now
            return due

    def _run_probe(self) -> None:
        try:
            self._probe()
        except BurlError:
            self._next_probe = self._clock.monotonic() + PROBE_INTERVAL_SECONDS
        else:
            self.up()
