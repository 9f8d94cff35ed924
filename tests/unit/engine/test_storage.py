"""When a checkpoint is taken: what is cheap to replay asks for none."""

from pathlib import Path

from burl.clock import ManualClock
from burl.engine.settings import StateSettings
from burl.engine.storage import ADVANCE, Storage


def newest_after(tmp_path: Path, *entries: tuple[object, ...], hasten: bool = False) -> str:
    """Append entries, let time pass and have upkeep done; return the newest journal's name."""
    clock = ManualClock(0)
    storage = Storage(StateSettings(directory=tmp_path), clock)
    storage.open(dict)
    for entry in entries:
        storage.append(*entry)
    if hasten:
        storage.hasten()
    clock.advance(3600)
    storage.maintain(dict)
    newest = max(path.name for path in tmp_path.glob("journal-*"))
    storage.close(None)
    return newest


def test_time_that_passes_is_worth_no_checkpoint_a_request_is(tmp_path: Path) -> None:
    assert newest_after(tmp_path / "idle", (ADVANCE, 1)) == "journal-000000000001"
    assert newest_after(tmp_path / "busy", (ADVANCE, 1), ("group", b"request")) == "journal-000000000002"


def test_much_time_that_passed_is_worth_one(tmp_path: Path) -> None:
    assert newest_after(tmp_path, *[(ADVANCE, 10**18)] * 1000) == "journal-000000000002"


def test_a_checkpoint_that_failed_is_tried_again_though_nothing_comes(tmp_path: Path) -> None:
    clock = ManualClock(0)
    storage = Storage(StateSettings(directory=tmp_path), clock)
    storage.open(dict)
    storage.append("group", b"request")
    in_the_way = tmp_path / "checkpoint-000000000002.new"
    in_the_way.mkdir()
    clock.advance(3600)
    while not storage.failures:
        storage.maintain(dict)
    in_the_way.rmdir()
    clock.advance(3600)
    while not storage.settled:
        storage.maintain(dict)
    assert (tmp_path / "checkpoint-000000000003").exists()
    storage.close(None)


def test_a_bundle_that_was_adopted_asks_for_one(tmp_path: Path) -> None:
    assert newest_after(tmp_path, (ADVANCE, 1), hasten=True) == "journal-000000000002"
