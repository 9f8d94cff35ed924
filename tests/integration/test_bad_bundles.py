"""A bundle that is damaged, of a newer format, or holds what no bundle holds is refused by every command."""

from pathlib import Path

import pytest

from burl.bundle.directory import DirectoryRegistry
from support.bundles import BUNDLE
from support.command_line import burl
from support.damaged_bundles import DAMAGES, Damage, Directory, damaged_copy

pytestmark = pytest.mark.parametrize("damage", DAMAGES)


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
    """Run a command; it must say in one line what is wrong with the bundle."""
    result = burl(capsys, *arguments)
    assert result.code == 2, arguments
    assert len(result.err.splitlines()) == 1, result.err
    assert "bundle" in result.err


def test_one_that_is_brought(damage: Damage, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = damaged_copy(damage, tmp_path)
    log = tmp_path / "some.log"
    log.write_text("one line\n")
    config = tmp_path / "burl.yaml"
    config.write_text(f"bundle: {{path: {bad}}}\nstate: {{directory: {tmp_path / 'state'}}}\n")
    refused(capsys, "bundle", "inspect", bad)
    refused(capsys, "bundle", "add", bad, "--registry", tmp_path / "registry")
    refused(capsys, "score", "--bundle", bad, "--input", log)
    refused(capsys, "diff", "--bundle", bad, log, log)
    refused(capsys, "validate", "--config", config)
    refused(capsys, "run", "--config", config)
    assert DirectoryRegistry(tmp_path / "registry").versions() == []


def test_one_that_lies_in_the_registry(
    damage: Damage, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BURL_WRITE__SQLITE__PATH", str(tmp_path / "burl.sqlite"))
    monkeypatch.setenv("BURL_STATE__DIRECTORY", str(tmp_path / "state"))
    monkeypatch.setenv("BURL_BUNDLE__REGISTRY", str(tmp_path / "registry"))
    registry = DirectoryRegistry(tmp_path / "registry")
    version = registry.promote(registry.add(BUNDLE).manifest.version).manifest.version
    registry.challenge(version)
    damage(Directory(tmp_path / "registry" / "bundles" / version))
    log = tmp_path / "some.log"
    log.write_text("one line\n")
    refused(capsys, "bundle", "promote", version)
    refused(capsys, "bundle", "compare")
    refused(capsys, "retrain", "--input", log)
    refused(capsys, "run")
