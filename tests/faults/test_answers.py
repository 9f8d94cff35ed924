"""What is answered, and when: the engine over its real journal, rooms and store."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from burl.errors import Refused, Undecodable
from burl.receive.batch import Ints
from support.engine_world import HISTORY, SENDER, EngineWorld, Line, request

SOON_SECONDS = 0.3
"""Long enough for what is answered at once."""


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., EngineWorld]]:
    worlds: list[EngineWorld] = []

    def make(**engine: object) -> EngineWorld:
        worlds.append(EngineWorld(tmp_path, engine))
        worlds[-1].start()
        return worlds[-1]

    yield make
    for world in worlds:
        world.end()


def lines(*texts: str, pod: str = "api-0") -> list[Line]:
    return [(pod, second, text) for second, text in enumerate(texts)]


async def is_answered(task: "asyncio.Task[None]") -> bool:
    await asyncio.wait([task], timeout=SOON_SECONDS)
    return task.done()


async def taken(send: Callable[[], Awaitable[None]]) -> None:
    """Send again for as long as it is refused."""
    while True:
        with suppress(Refused):
            return await send()
        await asyncio.sleep(0)


def test_ok_comes_after_the_store_and_a_resend_waits_for_it(make_world: Callable[..., EngineWorld]) -> None:
    """D-1, D-7."""
    world = make_world()

    async def run() -> None:
        world.sink.let("hang")
        first = asyncio.create_task(world.send(lines("disk failed")))
        assert not await is_answered(first)
        again = asyncio.create_task(world.send(lines("disk failed")))
        assert not await is_answered(again)
        world.sink.let("through")
        await asyncio.gather(first, again)
        await world.send(lines("disk failed"))

    asyncio.run(run())
    assert world.annotated() == ["api-0@0@disk failed"]
    assert world.pipeline.counters.units["new_template"] == len(HISTORY) + 1


def test_a_store_known_to_be_down_is_said_at_once_and_passes(make_world: Callable[..., EngineWorld]) -> None:
    """D-3, D-4, D-10."""
    world = make_world()

    async def run() -> None:
        world.sink.let("down")
        with pytest.raises(Refused, match="store_down"):
            await world.send(lines("disk failed"))
        assert len(world.pipeline.catalogue) == 1
        world.sink.let("through")
        await world.send(lines("disk failed"))

    asyncio.run(run())
    assert world.annotated() == ["api-0@0@disk failed"]


def test_too_much_pending_is_refused_until_the_store_has_it(make_world: Callable[..., EngineWorld]) -> None:
    """D-4."""
    world = make_world(pending_max_documents=1)

    async def run() -> None:
        world.sink.let("hang")
        first = asyncio.create_task(world.send(lines("disk failed", "node lost", "queue full")))
        assert not await is_answered(first)
        with pytest.raises(Refused, match="too_much_pending"):
            await world.send(lines("another"))
        world.sink.let("through")
        await first
        await world.send(lines("another"))

    asyncio.run(run())
    assert len(world.annotated()) == 4


def test_who_would_wait_too_long_is_refused_at_once(make_world: Callable[..., EngineWorld]) -> None:
    """D-4."""
    world = make_world(pending_max_documents=1, max_wait_seconds=SOON_SECONDS / 2)

    async def run() -> None:
        world.sink.let("hang")
        # A request of several slices holds the engine until the store took the first of them.
        known = [("api-0", 9, "request served")] * 5000
        first = asyncio.create_task(world.send([*lines("disk failed", "node lost"), *known]))
        assert not await is_answered(first)
        with pytest.raises(Refused, match="behind"):
            await world.send(lines("another"))
        world.sink.let("through")
        await first
        await taken(lambda: world.send(lines("another")))

    asyncio.run(run())
    assert "api-0@0@another" in world.annotated()


def test_what_its_client_gave_up_is_not_judged(make_world: Callable[..., EngineWorld]) -> None:
    """D-8."""
    world = make_world(pending_max_documents=1)

    async def run() -> None:
        world.sink.let("hang")
        # A request of several slices holds the engine until the store took the first of them.
        known = [("api-0", 9, "request served")] * 5000
        first = asyncio.create_task(world.send([*lines("disk failed", "node lost"), *known]))
        raw = request(lines("nobody waits for this"))
        given_up = asyncio.create_task(world.engine.ingest(raw, "another sender", 1))
        assert not await is_answered(first)
        assert not given_up.done()
        given_up.cancel()
        await asyncio.wait([given_up])
        world.sink.let("through")
        await first
        await world.send(lines("last"))

    asyncio.run(run())
    assert not [uid for uid in world.annotated() if "nobody" in uid]
    assert [uid for uid in world.annotated() if "last" in uid]


def test_what_is_no_request_is_a_dead_letter_first(make_world: Callable[..., EngineWorld]) -> None:
    """D-2, D-5."""
    world = make_world()

    async def run() -> None:
        with pytest.raises(Undecodable):
            await world.engine.ingest(b"\xff\xff no request", SENDER, 1)

    asyncio.run(run())
    (letter,) = world.dead_letters()
    assert letter["stage"] == "receive"
    assert world.annotated() == []


def test_only_the_slice_that_makes_a_room_fail_is_dead_lettered(
    make_world: Callable[..., EngineWorld], monkeypatch: pytest.MonkeyPatch
) -> None:
    """D-2, D-6."""
    world = make_world()
    parser = world.pipeline._parser
    parse = parser.parse

    def raising(bodies: list[str], streams: Ints, writers: Ints) -> Ints:
        if "poison" in bodies:
            raise ZeroDivisionError("a fault of a room")
        return parse(bodies, streams, writers)

    monkeypatch.setattr(parser, "parse", raising)
    good = lines("disk failed") + [("api-0", 1, "request served")] * 4095

    async def run() -> None:
        await world.send([*good, ("api-0", 5000, "poison"), ("api-0", 5001, "beside it")])
        await world.send([("api-0", 6000, "node lost")])

    asyncio.run(run())
    letters = world.dead_letters()
    assert sorted(str(letter["log.record.uid"]) for letter in letters) == [
        "api-0@5000@poison",
        "api-0@5001@beside it",
    ]
    assert {letter["error.type"] for letter in letters} == {"ZeroDivisionError"}
    assert world.annotated() == ["api-0@0@disk failed", "api-0@6000@node lost"]


def test_any_order_is_taken_and_no_record_is_lost(make_world: Callable[..., EngineWorld]) -> None:
    """D-2, D-9."""
    world = make_world()
    texts = ["disk failed", "node lost", "queue full", "fan stopped"]

    async def run() -> None:
        for second in (3, 0, 2, 0, 3, 1):
            await world.send([("api-0", 100_000 * second, texts[second])])

    asyncio.run(run())
    assert world.annotated() == sorted(f"api-0@{100_000 * n}@{text}" for n, text in enumerate(texts))
