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
