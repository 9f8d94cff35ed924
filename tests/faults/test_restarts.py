"""What a start makes of what the last process left behind."""

import asyncio
import hashlib
import logging
import os
import random
import resource
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgpack
import pytest

from burl.clock import ManualClock
from burl.engine.checkpoint import STATE_VERSION, StateDirectory
from burl.engine.group import Member, journaled
from burl.engine.journal import read_journal
from burl.errors import ConfigError, Refused
from support.engine_world import EPOCH, EngineWorld, Line, request


def line(text: str, second: int = 0) -> list[Line]:
    return [("api-0", second, text)]


def rewrite_checkpoint(directory: Path, version: int, damage: str) -> Path:
    """Give the newest checkpoint another version, and leave a room's state out of it."""
    newest = max((directory / "state").glob("checkpoint-*"))
    _, state = msgpack.unpackb(newest.read_bytes()[32:], strict_map_key=False)
    if damage:
        saved = {"not": "what a room saved"}
        state["pipeline"][damage] = {"new_template": saved} if damage == "detectors" else saved
    payload = msgpack.packb([version, state], use_bin_type=True)
    newest.write_bytes(hashlib.sha256(payload).digest() + payload)
    return newest


def leave_pending(directory: Path, text: str) -> None:
    """Run an engine that stops while its store is down, with a finding in its checkpoint."""
    world = EngineWorld(directory)
    world.start()

    async def run() -> None:
        world.sink.let("hang")
        task = asyncio.create_task(world.send(line(text)))
        await asyncio.wait([task], timeout=0.3)
        assert not task.done()
        world.sink.let("down")
        world.engine.stop()
        task.cancel()

    asyncio.run(run())
    assert world.writer.pending_documents
    world.sink.close()


def test_a_stop_ends_while_the_store_hangs_and_the_next_start_sends_what_is_pending(tmp_path: Path) -> None:
    """D-14."""
    leave_pending(tmp_path, "disk failed")
    world = EngineWorld(tmp_path)
    assert world.start() == 0
    world.end()
    assert EngineWorld(tmp_path).annotated() == ["api-0@0@disk failed"]


@pytest.mark.parametrize(
    ("version", "damage", "reason"),
    [
        (STATE_VERSION - 1, "", "is older than"),
        (STATE_VERSION, "parser", "cannot be restored"),
        (STATE_VERSION, "streams", "cannot be restored"),
        (STATE_VERSION, "windower", "cannot be restored"),
        (STATE_VERSION, "detectors", "cannot be restored"),
    ],
)
def test_a_checkpoint_that_cannot_be_used_is_set_aside_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, version: int, damage: str, reason: str
) -> None:
    """D-16."""
    leave_pending(tmp_path, "disk failed")
    newest = rewrite_checkpoint(tmp_path, version, damage)
    with caplog.at_level(logging.WARNING):
        world = EngineWorld(tmp_path)
    assert [record.message for record in caplog.records if reason in record.message]
    world.start()
    asyncio.run(world.send(line("node lost", 9)))
    world.end()
    assert newest.with_suffix(".aside").exists()
    assert EngineWorld(tmp_path).annotated() == ["api-0@0@disk failed", "api-0@9@node lost"]


def test_what_is_redacted_is_nowhere_on_disk_and_replayed_as_it_was_judged(tmp_path: Path) -> None:
    """D-12; a pattern that finds something in what it put there is applied once, too."""
    redact: dict[str, object] = {"kinds": ["mail"], "patterns": [{"name": "n9", "pattern": r"n\d"}]}
    world = EngineWorld(tmp_path / "killed", redact=redact)
    world.start()
    uid_holds = "x" * 80
    asyncio.run(world.send(line(f"{uid_holds} disk of alice@example.org at n7 failed")))
    shutil.copytree(tmp_path / "killed", tmp_path / "next")  # what a kill would leave behind
    world.end()
    kept = [path.read_bytes() for path in (tmp_path / "next").rglob("*") if path.is_file()]
    journals = (path for path in (tmp_path / "next").rglob("journal-*"))
    kept += [
        member.raw for path in journals for entry in read_journal(path) for member in journaled(entry).members
    ]
    assert not [data for data in kept if b"alice" in data or b"at n7" in data]
    world = EngineWorld(tmp_path / "next", redact=redact)
    assert world.start() == 2
    world.end()
    (annotation,) = EngineWorld(tmp_path / "next").sink.store.annotations(limit=9)
    assert annotation["log.record.original"] == f"{uid_holds} disk of <mail> at <n9> failed"


def test_a_newer_state_is_refused_in_one_line(tmp_path: Path) -> None:
    leave_pending(tmp_path, "disk failed")
    rewrite_checkpoint(tmp_path, STATE_VERSION + 1, "")
    with pytest.raises(ConfigError, match="upgrade Burl"):
        EngineWorld(tmp_path)


def test_a_request_that_ends_the_process_at_each_replay_becomes_a_dead_letter(tmp_path: Path) -> None:
    """D-17."""
    world = EngineWorld(tmp_path)
    world.start()
    asyncio.run(world.send(line("disk failed")))
    journal = max((tmp_path / "state").glob("journal-*")).read_bytes()
    world.end()
    at_hand = Member.of(request(line("disk failed")), 0).digest.hex()
    for path in (tmp_path / "state").iterdir():
        path.unlink()
    StateDirectory(tmp_path / "state").journal_path(1).write_bytes(journal)
    (tmp_path / "burl.sqlite").unlink()
    (tmp_path / "state" / "attempts").write_text(f".....{at_hand}")
    world = EngineWorld(tmp_path)
    assert world.start() == 2
    asyncio.run(world.send(line("disk failed")))  # comes again: it is known
    world.end()
    world = EngineWorld(tmp_path)
    assert [letter["error.type"] for letter in world.dead_letters()] == ["ReplayError"]
    assert world.annotated() == []
    assert not (tmp_path / "state" / "attempts").exists()


async def send_until_taken(world: EngineWorld, lines: list[Line]) -> None:
    for _ in range(1000):
        try:
            return await world.send(lines)
        except Refused:
            await asyncio.sleep(0.02)
    raise AssertionError("never taken")


@contextmanager
def full_disk(limit_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size; writes then fail as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_state_directory_refuses_and_recovers_by_itself(tmp_path: Path) -> None:
    """D-3, D-4, D-15."""
    world = EngineWorld(tmp_path)
    world.start()
    large = line("disk failed " + random.Random(1).randbytes(200_000).hex())
    asyncio.run(world.send(line("first")))
    with full_disk(200_000), pytest.raises(Refused, match="journal"):
        asyncio.run(world.send(large))
    asyncio.run(world.send(large))
    world.end()
    assert len(EngineWorld(tmp_path).annotated()) == 2


def test_a_start_on_a_full_disk_refuses_until_there_is_room(tmp_path: Path) -> None:
    """D-15."""
    leave_pending(tmp_path, "disk failed")
    world = EngineWorld(tmp_path)
    with full_disk(10):
        with suppress(Refused):  # when the store has failed already
            world.start()
        with pytest.raises(Refused, match=r"journal|store_down"):
            asyncio.run(world.send(line("queue full", 8)))
    asyncio.run(send_until_taken(world, line("node lost", 9)))
    world.end()
    assert len(EngineWorld(tmp_path).annotated()) == 2


def test_only_the_owner_reads_what_is_kept(tmp_path: Path) -> None:
    """D-18."""
    before = os.umask(0)
    try:
        leave_pending(tmp_path, "disk failed")
        world = EngineWorld(tmp_path)
        world.start()
        asyncio.run(world.send(line("node lost", 9)))
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()
        }
        world.end()
    finally:
        os.umask(before)
    assert len(modes) >= 4
    assert set(modes.values()) == {0o600}


def test_a_wall_clock_that_jumps_a_year_changes_nothing(tmp_path: Path) -> None:
    """D-19."""
    clock = ManualClock(EPOCH * 10**9)
    world = EngineWorld(tmp_path, clock=clock)
    world.start()
    asyncio.run(world.send(line("disk failed")))
    clock.advance(365 * 86_400)
    asyncio.run(world.send(line("node lost", 5)))
    clock.advance(-2 * 365 * 86_400)
    for text, second in (("disk failed", 0), ("node lost", 5), ("queue full", 6)):
        asyncio.run(world.send(line(text, second)))
    newest_ns = world.pipeline._windower._watermarks.get("127.0.0.1")
    world.end()
    assert newest_ns == (EPOCH + 6) * 10**9
    assert len(EngineWorld(tmp_path).annotated()) == 3


def test_a_disk_that_hangs_holds_up_no_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D-20."""
    disk_works = threading.Event()
    fsync = os.fsync

    def slow_fsync(fd: int) -> None:
        disk_works.wait()
        fsync(fd)

    world = EngineWorld(tmp_path, state={"checkpoint_seconds": 0.01})
    world.start()
    monkeypatch.setattr(os, "fsync", slow_fsync)
    for second in range(20):
        asyncio.run(world.send(line("disk failed", second)))
    assert world.annotated() == ["api-0@0@disk failed"]
    disk_works.set()
    world.end()
