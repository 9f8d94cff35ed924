"""Looks after the agent once a second: what its health is, and which limits bit."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping

from burl.clock import Clock
from burl.engine.engine import Engine
from burl.engine.pipeline import Pipeline
from burl.receive.server import Door

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_MEMORY_SECONDS = 60.0
"""How long a detector that failed counts as unwell, and how long a limit is not spoken of again."""


class Watch:
    """Health of ingest and of detection; one log line a minute for each limit that bit."""

    def __init__(
        self,
        *,
        door: Door,
        engine: Engine,
        pipeline: Pipeline,
        refused: Mapping[str, int],
        clock: Clock,
        bundle_refusal: Callable[[], str] = lambda: "",
    ) -> None:
        """Args: `refused` counts requests by why they were; `bundle_refusal` tells why a bundle was."""
        self._bundle_refusal = bundle_refusal
        self._door, self._engine, self._pipeline = door, engine, pipeline
        self._clock = clock
        self._limits = _Notices(
            lambda: pipeline.counters.limits, "limit %s: hit %d times since the last such line"
        )
        self._refusals = _Notices(
            lambda: refused, "refused because of %s: %d requests since the last such line"
        )
        self._errors = 0
        self._failed_at = -_MEMORY_SECONDS
        self._started = False

    def live(self) -> str:
        """Return why the agent must be started again; nothing while it works."""
        return "" if self._engine.alive or not self._started else "the engine's thread has ended"

    def ready(self) -> str:
        """Return why logs would be refused now; nothing while they are taken in."""
        if not self._started:
            return "starting"
        return self._engine.refusal() or self._door.admission.refusal

    async def run(self) -> None:
        """Look once a second, until cancelled."""
        self._started = True
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Tell the health service how things are, and the log which limits bit."""
        now = self._clock.monotonic()
        errors = self._pipeline.counters.errors.total()
        if errors > self._errors:
            self._errors, self._failed_at = errors, now
        await self._door.set_ready(ready=not self.ready())
        failing = now - self._failed_at < _MEMORY_SECONDS or bool(self._bundle_refusal())
        await self._door.set_detecting(detecting=self._engine.alive and not failing)
        self._limits.look(now)
        self._refusals.look(now)


class _Notices:
    """One log line for each counter that grew, and none for a minute after it."""

    def __init__(self, read: Callable[[], Mapping[str, int]], text: str) -> None:
        self._read, self._text = read, text
        self._said: Counter[str] = Counter()
        self._quiet_until: dict[str, float] = {}

    def look(self, now: float) -> None:
        for name, count in dict(self._read()).items():
            if count > self._said[name] and now >= self._quiet_until.get(name, now):
                _LOG.warning(self._text, name, count - self._said[name])
                self._said[name] = count
                self._quiet_until[name] = now + _MEMORY_SECONDS
