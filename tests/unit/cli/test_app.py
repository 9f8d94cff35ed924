import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from burl import __version__
from support.command_line import burl


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert burl(capsys, "--version") == (0, f"burl {__version__}\n", "")


def test_validate_prints_the_settings_in_force(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "burl.yaml"
    config.write_text("decide: {budget: 3/week}\n", encoding="utf-8")
    code, out, _ = burl(capsys, "validate", "--config", str(config), "--json")
    assert (code, json.loads(out)["decide"]["budget"]) == (0, "3/week")


def test_validate_shows_people_what_differs_from_the_defaults_and_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BURL_WRITE__OPENSEARCH__PASSWORD", "hunter2")
    code, out, _ = burl(capsys, "validate")
    assert code == 0
    assert yaml.safe_load(out) == {"write": {"opensearch": {"password": "**********"}}}


def test_validate_looks_at_the_bundle_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BURL_BUNDLE__PATH", str(tmp_path / "absent"))
    code, _, err = burl(capsys, "validate")
    assert code == 2
    assert "absent is no bundle" in err


def test_a_mistake_is_one_line_on_stderr_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, err = burl(capsys, "validate", "--config", str(tmp_path / "absent.yaml"))
    assert (code, out) == (2, "")
    assert err.startswith("burl: ")
    assert err.count("\n") == 1


def test_two_mistakes_are_two_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "burl.yaml"
    config.write_text("one: 1\ntwo: 2\n", encoding="utf-8")
    code, _, err = burl(capsys, "validate", "--config", str(config))
    assert code == 2
    assert [line.startswith("burl: ") for line in err.splitlines()] == [True, True]


def test_an_unknown_command_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = burl(capsys, "frobnicate")
    assert code == 2
    assert "No such command 'frobnicate'" in err


def test_inspecting_what_is_no_bundle_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = burl(capsys, "bundle", "inspect", str(tmp_path))
    assert code == 2
    assert f"burl: {tmp_path} is no bundle" in err


def test_an_opensearch_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    code, _, err = burl(capsys, "platform", "status", url)
    assert code == 2
    assert err.startswith(f"burl: OpenSearch at {url}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["localhost:9200"], "write.opensearch.hosts"),
        (["http://a", "--prefix", "x-y"], "write.opensearch.prefix"),
    ],
)
def test_a_wrong_option_of_platform_is_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str], wrong: str
) -> None:
    code, _, err = burl(capsys, "platform", "status", *words)
    assert code == 2
    assert err.startswith(f"burl: option for {wrong}")
    assert err.count("\n") == 1


def test_help_is_instant_because_nothing_heavy_is_imported() -> None:
    code = "import sys, burl.cli; print([m for m in ('numpy', 'grpc', 'onnxruntime') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
