import stat
from pathlib import Path

import pytest

from burl.engine.checkpoint import StateDirectory
from burl.engine.journal import Journal
from burl.errors import ConfigError


def touch_journal(directory: StateDirectory, generation: int) -> None:
    Journal(directory.journal_path(generation)).close()


def test_the_newest_checkpoint_and_its_journal_are_found(tmp_path: Path) -> None:
    directory = StateDirectory(tmp_path)
    for generation in range(1, 4):
        touch_journal(directory, generation)
        directory.save(generation, {"n": generation})
    recovered = StateDirectory(tmp_path).recover()
    assert recovered.state == {"n": 3}
    assert recovered.journals == [directory.journal_path(3)]
    assert recovered.generation == 3


def test_a_damaged_checkpoint_is_set_aside_and_the_one_before_continues(tmp_path: Path) -> None:
    directory = StateDirectory(tmp_path)
    for generation in (1, 2):
        touch_journal(directory, generation)
        directory.save(generation, {"n": generation})
    newest = tmp_path / "checkpoint-000000000002"
    newest.write_bytes(newest.read_bytes()[:-1])
    recovered = directory.recover()
    assert recovered.state == {"n": 1}
    assert recovered.journals == [directory.journal_path(1), directory.journal_path(2)]
    assert [(aside.path.name, aside.reason) for aside in recovered.aside] == [
        ("checkpoint-000000000002.aside", "it is damaged")
    ]
    assert recovered.generation == 2


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    directory = StateDirectory(tmp_path / "state")
    touch_journal(directory, 1)
    directory.save(1, {})
    modes = {stat.S_IMODE(path.stat().st_mode) for path in directory.path.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(directory.path.stat().st_mode) == 0o700


def test_a_directory_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"state.directory .* cannot be made"):
        StateDirectory(tmp_path / "file" / "state")
