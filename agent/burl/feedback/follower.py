"""Keeps an agent's suppressions those of the store: it reads one document by its id now and then."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from burl.clock import Clock
from burl.errors import BurlError
from burl.feedback.counters import FeedbackCounters
from burl.feedback.desk import Desk, Suppressions
from burl.feedback.precision import verdicts_by_detector
from burl.feedback.settings import FeedbackSettings
from burl.write.base import Store

_MAX_VERDICTS = 10_000
"""The newest, of which the detectors' precision is told."""
_LOG = logging.getLogger(__name__)
_JITTER = 0.2
"""Agents that started together do not ask together."""


class Follower:
    """Reads the suppressions in force, has them applied, notes how many findings they hid, counts verdicts.

    Attributes:
        version: of the suppressions that are applied; -1 before the first.
    """

    def __init__(
        self,
        *,
        store: Store,
        apply: Callable[[Suppressions], Awaitable[None]],
        hidden: Callable[[], Mapping[str, int]],
        agent: str,
        settings: FeedbackSettings,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        """Follow `store`.

        Args:
            store: where the suppressions are.
            apply: hides what they match from then on.
            hidden: returns how many findings each has hidden at this agent.
            agent: this agent's name, the same after a restart.
            settings: how often.
            clock: paces the counts.
            rng: makes the jitter.
        """
        self._store, self._apply, self._hidden, self._agent = store, apply, hidden, agent
        self._settings, self._clock, self._rng = settings, clock, rng
        self._desk = Desk(store, clock)
        self._rules: Suppressions | None = None
        self._counted: dict[str, int] = {}
        self._counted_at = clock.monotonic()
        self._weighed_at: float | None = None
        self._failing = False
        self._one_at_a_time = asyncio.Lock()
        self.version = -1
        self.counters = FeedbackCounters()

    async def start(self) -> None:
        """Look for the first time; that the store cannot be read holds nothing up."""
        await self._guarded()

    async def run(self) -> None:
        """Follow until cancelled; what fails is tried again at the next look."""
        while True:
            spread = self._rng.uniform(1 - _JITTER, 1 + _JITTER)
            await asyncio.sleep(self._settings.poll_seconds * spread)
            await self._guarded()

    async def look(self) -> None:
        """Apply what is in force now, where it changed.

        Raises:
            BurlError: the store cannot be read, or the journal not be written.
        """
        async with self._one_at_a_time:
            version, documents = await asyncio.to_thread(self._store.suppressions)
            if version == self.version:
                return
            rules = [_without_counts(document) for document in documents]
            if rules != self._rules:
                await self._apply(rules)
            self._rules, self.version, self.counters.in_force = rules, version, len(rules)

    async def _guarded(self) -> None:
        try:
            await self.look()
            await self._count()
            await self._weigh()
        except BurlError as error:
            self.counters.failures += 1
            if not self._failing:
                _LOG.warning("suppressions cannot be read, those known stay in force: %s", error)
            self._failing = True
        else:
            self._failing = False

    async def _count(self) -> None:
        hidden, now = dict(self._hidden()), self._clock.monotonic()
        if hidden == self._counted or now - self._counted_at < self._settings.count_seconds:
            return
        await asyncio.to_thread(self._desk.count, self._agent, hidden)
        self._counted, self._counted_at = hidden, now

    async def _weigh(self) -> None:
        now = self._clock.monotonic()
        if self._weighed_at is not None and now - self._weighed_at < self._settings.count_seconds:
            return
        self.counters.verdicts = verdicts_by_detector(
            await asyncio.to_thread(self._desk.verdicts, _MAX_VERDICTS)
        )
        self._weighed_at = now


def _without_counts(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "hidden_by"}
