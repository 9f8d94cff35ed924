"""Requests that wait for the engine are judged together, and none of them notices."""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from burl.bundle import load_bundle
from burl.config import Settings
from burl.decide import Findings
from burl.engine.group import Group, Member
from burl.engine.judge import Judge
from burl.errors import Undecodable
from burl.pipelines import make_pipeline
from burl.receive.batch import Ints
from burl.receive.bodies import BodyDecoder
from burl.receive.otlp import Decoder
from burl.receive.records import Records
from support.bundles import BUNDLE
from support.engine_world import EPOCH, HISTORY, EngineWorld, Line, request
from support.workload import SETTINGS, shop_requests

KNOWN = request(HISTORY)


class Died(BaseException):
    """The process ends here."""


def of(text: str, second: int = 0) -> bytes:
    line: Line = ("api-0", second, text)
    return request([line])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[EngineWorld]:
    world = EngineWorld(tmp_path)
    yield world
    world.end()


def judged_in_groups(raws: Sequence[bytes], size: int) -> Findings:
    settings = Settings.model_validate(SETTINGS | {"receive": {"max_ahead_seconds": 1e9}})
    pipeline = make_pipeline(settings, load_bundle(BUNDLE), None)
    judge = Judge(Decoder(settings.receive, pipeline.streams), pipeline)
    found = Findings()
    for start in range(0, len(raws), size):
        members = [Member.of(raw, EPOCH * 10**9) for raw in raws[start : start + size]]
        for findings in judge.begin(Group("peer", members)).slices:
            found.extend(findings)
    found.extend(pipeline.flush())
    return found


def incidents(findings: Findings) -> dict[str, dict[str, object]]:
    """Return incidents by id, but for how often each was told while it grew."""
    return {i.id: {k: v for k, v in i.document.items() if k != "version"} for i in findings.incidents}


def test_the_shops_requests_together_lead_to_what_they_lead_to_alone() -> None:
    raws = list(shop_requests(12_000))
    alone, together = judged_in_groups(raws, 1), judged_in_groups(raws, 5)
    assert alone.annotations
    by_id = {annotation.id: annotation.document for annotation in alone.annotations}
    assert {annotation.id: annotation.document for annotation in together.annotations} == by_id
    assert incidents(together) == incidents(alone)


def test_each_is_answered_for_itself(world: EngineWorld) -> None:
    """D-2, D-5."""
    outcomes = world.start_with(KNOWN, of("disk failed"), b"\xff no request", of("node lost", 1))
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), Undecodable, type(None)]
    assert world.annotated() == ["api-0@0@disk failed", "api-0@1@node lost"]
    assert [letter["stage"] for letter in world.dead_letters()] == ["receive"]


def test_a_resend_beside_its_first_coming_is_judged_once(world: EngineWorld) -> None:
    """D-7."""
    assert world.start_with(KNOWN, of("disk failed"), of("disk failed")) == [None, None, None]
    assert world.annotated() == ["api-0@0@disk failed"]
    assert world.pipeline.counters.records == len(HISTORY) + 1


def test_what_was_given_up_before_its_turn_is_not_judged_with_the_others(world: EngineWorld) -> None:
    """D-8."""

    async def given_up() -> None:
        waiting = asyncio.create_task(world.engine.ingest(of("nobody waits"), "127.0.0.1", 1))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])

    asyncio.run(given_up())
    assert world.start_with(KNOWN, of("disk failed")) == [None, None]
    assert world.annotated() == ["api-0@0@disk failed"]


def test_nothing_counts_as_waiting_after_them(tmp_path: Path) -> None:
    """D-4."""
    world = EngineWorld(tmp_path, {"max_wait_seconds": 1e-9})
    world.start_with(KNOWN, of("disk failed"), of("disk failed"), b"\xff no request")
    assert world.engine.refusal() == ""
    world.end()


def test_a_store_that_fails_holds_back_the_answers_of_all(world: EngineWorld) -> None:
    """D-1."""
    world.sink.let("hang")
    world.writer.start()
    world.engine.recover()

    async def run() -> None:
        waiting = [
            asyncio.create_task(world.engine.ingest(raw, "127.0.0.1", 1))
            for raw in (KNOWN, of("disk failed"), of("request served", 9))
        ]
        await asyncio.sleep(0)
        world.engine.start()
        done, _ = await asyncio.wait(waiting, timeout=0.3)
        assert not done
        world.sink.let("through")
        await asyncio.gather(*waiting)

    asyncio.run(run())
    assert world.annotated() == ["api-0@0@disk failed"]


def test_one_that_makes_the_decoder_fail_takes_no_other_with_it(
    world: EngineWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D-2."""
    texts = BodyDecoder.texts

    def raising(decoder: BodyDecoder, records: Records, *others: Any) -> Any:
        if b"poison" in records.text:
            raise ZeroDivisionError("a fault of the decoder")
        return texts(decoder, records, *others)

    monkeypatch.setattr(BodyDecoder, "texts", raising)
    outcomes = world.start_with(KNOWN, of("disk failed"), of("poison", 1), of("node lost", 2))
    assert outcomes == [None] * 4
    assert world.annotated() == ["api-0@0@disk failed", "api-0@2@node lost"]
    assert [letter["error.type"] for letter in world.dead_letters()] == ["ZeroDivisionError"]


def killed_after(directory: Path, *raws: bytes) -> Path:
    """Return a copy of the files as a kill right after these requests would leave them."""
    world = EngineWorld(directory / "first")
    world.start_with(*raws)
    shutil.copytree(directory / "first" / "state", directory / "next" / "state")
    world.end()
    return directory / "next"


def test_a_killed_agent_finds_the_same_again(tmp_path: Path) -> None:
    """D-12."""
    left = killed_after(tmp_path, KNOWN, of("disk failed"), b"\xff no request", of("node lost", 1))
    world = EngineWorld(left)
    assert world.start() == 4
    asyncio.run(world.send([("api-0", 1, "node lost")]))  # comes again: it is known
    world.end()
    world = EngineWorld(left)
    assert world.annotated() == ["api-0@0@disk failed", "api-0@1@node lost"]
    assert len(world.dead_letters()) == 1


def test_a_request_that_ends_the_process_at_each_replay_becomes_a_dead_letter_and_no_other_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D-17."""
    left = killed_after(tmp_path, KNOWN, of("disk failed"), of("poison", 1), of("node lost", 2))

    def lived() -> bool:
        world = EngineWorld(left)
        parser = world.pipeline._parser
        parse = parser.parse

        def deadly(bodies: list[str], streams: Ints, writers: Ints) -> Ints:
            if "poison" in bodies:
                raise Died
            return parse(bodies, streams, writers)

        monkeypatch.setattr(parser, "parse", deadly)
        try:
            world.start()
        except Died:
            world.storage.close(None)
            world.writer.stop()
            world.sink.close()
            return False
        world.end()
        return True

    assert [lived() for _ in range(6)] == [False] * 5 + [True]
    world = EngineWorld(left)
    assert [letter["error.type"] for letter in world.dead_letters()] == ["ReplayError"]
    assert world.annotated() == ["api-0@0@disk failed", "api-0@2@node lost"]
    assert not (left / "state" / "attempts").exists()
