"""`--auxiliary` reaches what learns from lines of other systems, whichever command trains it."""

import json
from pathlib import Path

import pytest

from support.bundles import BUNDLE
from support.command_line import burl

LINES = [f"request {number} of user {number % 13} done in {number % 50} ms" for number in range(300)]


@pytest.fixture
def others(tmp_path: Path) -> Path:
    """Return a file of so few lines that `logsy` refuses to learn from them."""
    path = tmp_path / "others.log"
    path.write_text("kernel: eth0 link up\n")
    return path


def test_train(capsys: pytest.CaptureFixture[str], tmp_path: Path, others: Path) -> None:
    log = tmp_path / "some.log"
    log.write_text("\n".join(LINES) + "\n")
    out = tmp_path / "bundle"
    options = ("--detectors", "logsy", "--out", out, "--auxiliary", others)
    done = burl(capsys, "train", "--input", log, *options)
    assert done.code == 2
    assert "give other ones by --auxiliary" in done.err
    assert not out.exists()


def test_retrain(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, others: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BURL_WRITE__SQLITE__PATH", str(tmp_path / "burl.sqlite"))
    log = tmp_path / "some.log"
    log.write_text("\n".join(LINES) + "\n")
    options = ("--detectors", "logsy", "--registry", tmp_path / "registry", "--auxiliary", others)
    done = burl(capsys, "retrain", "--input", log, *options)
    assert done.code == 2
    assert "give other ones by --auxiliary" in done.err


def test_evaluate(capsys: pytest.CaptureFixture[str], tmp_path: Path, others: Path) -> None:
    rows = [
        {"ts": 1_700_000_000 + number, "msg": text, "label": 0, "split": "train" if number < 200 else "test"}
        for number, text in enumerate(LINES)
    ]
    rows.append({"ts": 1_700_001_000, "msg": "disk lost", "label": 1, "split": "test"})
    (tmp_path / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = burl(capsys, "evaluate", "--data", tmp_path, "--detectors", "logsy", "--auxiliary", others)
    assert done.code == 2
    assert "give other ones by --auxiliary" in done.err


def test_evaluate_on_container_logs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    nothing = tmp_path / "empty.log"
    nothing.touch()
    data = BUNDLE.parent
    done = burl(capsys, "evaluate", "--data", data, "--detectors", "logsy", "--auxiliary", nothing)
    assert done.code == 2
    assert "the auxiliary files hold no lines" in done.err
