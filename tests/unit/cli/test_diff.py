"""`burl diff` on files."""

from pathlib import Path

import orjson
import pytest

from support.command_line import burl


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    (tmp_path / "old").mkdir()
    lines = [f"request {number} served from rack {number % 9}" for number in range(500)]
    return _write(tmp_path / "old" / "app.log", [*lines, *("cache flushed" for _ in range(80))])


@pytest.fixture
def new(tmp_path: Path) -> Path:
    (tmp_path / "new").mkdir()
    lines = [f"request {number} served from rack {number % 7}" for number in range(700)]
    return _write(tmp_path / "new" / "app.log", [*lines, *("retrying payment" for _ in range(60))])


def test_a_release_that_changed_the_logs(old: Path, new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = burl(capsys, "diff", old, new)
    assert (result.code, result.err) == (1, "")
    assert {line[0] for line in result.out.splitlines()} == {"+", "-"}
    documents = orjson.loads(burl(capsys, "diff", old, new, "--json").out)
    told = {
        (each["change"], each["log.record.template"], each["before"], each["after"]) for each in documents
    }
    assert told == {("new", "retrying payment", 0, 60), ("vanished", "cache flushed", 80, 0)}


def test_the_same_logs(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = burl(capsys, "diff", old, old)
    assert (result.code, result.out) == (0, "No significant change.\n")


def test_files_of_other_names_are_the_same_service(
    old: Path, new: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = burl(capsys, "diff", old.rename(old.with_name("app-1.4.log")), new)
    assert sorted(result.out.splitlines()) == [
        "+ app  0 -> 60  retrying payment",
        "- app  80 -> 0  cache flushed",
    ]


def test_services_of_folders_are_compared_one_by_one(
    old: Path, new: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(new.parent / "worker.log", ["started"] * 50)
    result = burl(capsys, "diff", old.parent, new.parent)
    assert "+ worker  0 -> 50  started" in result.out.splitlines()
    assert "+ app  0 -> 60  retrying payment" in result.out.splitlines()
