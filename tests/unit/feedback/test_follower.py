import asyncio
import random
from pathlib import Path
from typing import Any

from burl.clock import ManualClock
from burl.errors import Retryable
from burl.feedback import Desk, Follower, Verdict
from burl.feedback.desk import hidden_count
from burl.feedback.precision import precision
from burl.feedback.settings import FeedbackSettings
from burl.write.counters import WriteCounters
from burl.write.settings import SqliteSettings
from burl.write.sqlite import SqliteStore
from support.samples import START_NS, annotation


class Applied:
    """Remembers what it was told to hide; tells when."""

    def __init__(self) -> None:
        self.rules: list[list[dict[str, Any]]] = []
        self.came = asyncio.Event()

    async def __call__(self, rules: list[dict[str, Any]]) -> None:
        self.rules.append(rules)
        self.came.set()


def follower(store: SqliteStore, clock: ManualClock, applied: Applied, hidden: dict[str, int]) -> Follower:
    settings = FeedbackSettings(poll_seconds=0.01, count_seconds=60)
    return Follower(
        store=store,
        apply=applied,
        hidden=lambda: hidden,
        agent="me",
        settings=settings,
        clock=clock,
        rng=random.Random(1),
    )


def opened(path: Path, clock: ManualClock) -> SqliteStore:
    return SqliteStore(SqliteSettings(path=path / "burl.sqlite"), clock, WriteCounters())


def test_what_another_desk_takes_is_applied_and_counts_alone_are_not(tmp_path: Path) -> None:
    clock = ManualClock(START_NS)

    async def main() -> None:
        store, applied, hidden = opened(tmp_path, clock), Applied(), dict[str, int]()
        mine, desk = follower(store, clock, applied, hidden), Desk(opened(tmp_path, clock), clock)
        await mine.start()
        following = asyncio.create_task(mine.run())
        applied.came.clear()
        name = desk.give(Verdict("normal"), annotation(1).document)["id"]
        await applied.came.wait()
        assert [rule["id"] for rule in applied.rules[-1]] == [name]
        assert mine.counters.in_force == 1
        following.cancel()
        told, hidden[name] = len(applied.rules), 7
        clock.advance(61)
        await mine.start()
        assert hidden_count(desk.suppressions()[0]) == 7
        await mine.look()
        assert len(applied.rules) == told

    asyncio.run(main())


def test_the_precision_of_detectors_follows_what_people_say(tmp_path: Path) -> None:
    clock = ManualClock(START_NS)

    async def main() -> None:
        mine = follower(opened(tmp_path, clock), clock, Applied(), {})
        desk = Desk(opened(tmp_path, clock), clock)
        findings = [annotation(number).document for number in range(4)]
        detector = findings[0]["detector_id"]
        for document in findings:
            clock.advance(1)
            desk.give(Verdict("anomaly"), document)
        desk.give(Verdict("missed"), findings[0])
        desk.give(Verdict("missed"), findings[0] | {"detector_id": "another"})
        await mine.start()
        assert precision(mine.counters.verdicts) == {detector: 1.0}
        clock.advance(1)
        taken_back = desk.give(Verdict("normal"), findings[0])["id"]
        desk.give(Verdict("normal"), findings[1])
        desk.missed(Verdict("missed"), "a line")
        clock.advance(61)
        await mine.start()
        assert precision(mine.counters.verdicts) == {detector: 0.5}
        desk.undo(taken_back)
        await mine.start()
        assert precision(mine.counters.verdicts) == {detector: 0.5}, "counted again before its time"
        clock.advance(61)
        await mine.start()
        assert mine.counters.verdicts == {(detector, "anomaly"): 3, (detector, "normal"): 1}

    asyncio.run(main())


def test_a_store_that_is_away_leaves_what_is_known_in_force(tmp_path: Path) -> None:
    clock = ManualClock(START_NS)

    class Away(SqliteStore):
        def suppressions(self) -> tuple[int, list[dict[str, Any]]]:
            raise Retryable("away")

    async def main() -> None:
        applied = Applied()
        store = Away(SqliteSettings(path=tmp_path / "burl.sqlite"), clock, WriteCounters())
        mine = follower(store, clock, applied, {})
        await mine.start()
        await mine.start()
        assert (mine.counters.failures, applied.rules) == (2, [])

    asyncio.run(main())
