from pathlib import Path

import pytest

from burl.errors import ConfigError
from burl.receive.changes import Watched


def number(paths: list[Path]) -> int:
    try:
        return int(paths[0].read_text())
    except (OSError, ValueError):
        raise ConfigError("no number") from None


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "number"
    file.write_text("1")
    watched = Watched([file], number)
    assert watched.value() == 1
    file.write_text("22")
    assert watched.value() == 22


def test_what_cannot_be_used_changes_nothing_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "number"
    file.write_text("1")
    watched = Watched([file], number)
    file.write_text("none at all")
    assert [watched.value() for _ in range(3)] == [1, 1, 1]
    file.unlink()
    assert watched.value() == 1
    assert [record.message for record in caplog.records] == [
        "what was read before stays in use: no number"
    ] * 2
    file.write_text("333")
    assert watched.value() == 333


def test_what_cannot_be_used_at_the_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no number"):
        Watched([tmp_path / "missing"], number)
