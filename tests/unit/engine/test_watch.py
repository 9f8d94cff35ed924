"""Health and notices: what is told, and how often."""

import asyncio
import logging
from collections import Counter
from typing import Any

import pytest

from burl.clock import ManualClock
from burl.engine.pipeline import PipelineCounters
from burl.engine.watch import Watch
from burl.receive.admission import Admission


class Surroundings:
    """What a watch looks at, and whom it tells."""

    def __init__(self) -> None:
        self.counters = PipelineCounters()
        self.admission = Admission(100, 10)
        self.alive = True
        self.reason = ""
        self.told: list[tuple[bool, bool]] = []
        self._ready = True

    def refusal(self) -> str:
        return self.reason

    async def set_ready(self, *, ready: bool) -> None:
        self._ready = ready

    async def set_detecting(self, *, detecting: bool) -> None:
        self.told.append((self._ready, detecting))


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


def make(around: Any, clock: ManualClock, refused: Counter[str]) -> Watch:
    return Watch(door=around, engine=around, pipeline=around, refused=refused, clock=clock)


async def look_once(watch: Watch) -> None:
    """Run it until it has looked once."""
    running = asyncio.create_task(watch.run())
    await asyncio.sleep(0)
    running.cancel()


def test_it_is_starting_until_it_runs(around: Surroundings) -> None:
    watch = make(around, ManualClock(), Counter())
    assert (watch.live(), watch.ready()) == ("", "starting")
    asyncio.run(look_once(watch))
    assert (watch.live(), watch.ready()) == ("", "")
    around.alive = False
    assert watch.live() == "the engine's thread has ended"


def test_ready_is_what_the_engine_and_the_door_would_take(around: Surroundings) -> None:
    watch = make(around, ManualClock(), Counter())
    asyncio.run(look_once(watch))
    around.reason = "store_down"
    assert watch.ready() == "store_down"
    asyncio.run(watch.look())
    around.reason = ""
    around.admission.close()
    assert watch.ready() == "stopping"
    assert around.told == [(True, True), (False, True)]


def test_a_detector_that_failed_is_unwell_for_a_minute(around: Surroundings) -> None:
    clock = ManualClock()
    watch = make(around, clock, Counter())
    asyncio.run(look_once(watch))
    around.counters.errors["rate"] += 1
    for seconds in (0, 59, 1):
        clock.advance(seconds)
        asyncio.run(watch.look())
    assert around.told == [(True, True), (True, False), (True, False), (True, True)]


def test_a_limit_that_bites_is_said_once_a_minute(
    around: Surroundings, caplog: pytest.LogCaptureFixture
) -> None:
    clock, refused = ManualClock(), Counter[str]()
    watch = make(around, clock, refused)
    with caplog.at_level(logging.WARNING):
        for _ in range(120):
            around.counters.limits = around.counters.limits + Counter(evicted_streams=5)
            refused["store_down"] += 1
            clock.advance(1)
            asyncio.run(watch.look())
    assert [record.getMessage() for record in caplog.records] == [
        "limit evicted_streams: hit 5 times since the last such line",
        "refused because of store_down: 1 requests since the last such line",
        "limit evicted_streams: hit 300 times since the last such line",
        "refused because of store_down: 60 requests since the last such line",
    ]
