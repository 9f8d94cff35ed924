import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.command_line import burl

START = datetime(2026, 3, 1, tzinfo=UTC)
COUNT = 9000
ODD = "kernel panic - not syncing: fatal exception"


def _line(second: int, text: str) -> str:
    return f"{(START + timedelta(seconds=second)).isoformat()} INFO {text}\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A service that does the same few things for long enough to be known, then one thing more."""
    kinds = ("request", "answer", "commit")
    lines = [_line(i, f"{kinds[i % 3]} {i} handled in {i % 17} ms") for i in range(COUNT)]
    path = tmp_path / "shop.log"
    path.write_text("".join([*lines, _line(COUNT, ODD)]), encoding="utf-8")
    return path


def test_findings_are_json_lines_that_name_the_record(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    code, out, err = burl(capsys, "score", "--input", log)
    odd = [json.loads(line) for line in out.splitlines() if ODD in line]
    assert (code, err) == (0, "")
    assert {document["detector_id"] for document in odd} >= {"new_template"}
    assert all(0 < document["anomaly_grade"] <= 1 for document in odd)


def test_a_pipe_is_read_like_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(log.read_bytes())))
    code, out, _ = burl(capsys, "score", "--input", "-")
    assert code == 0
    assert ODD in out


def test_fail_on_turns_a_finding_into_exit_code_1(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    assert burl(capsys, "score", "--input", log, "--fail-on", "0.01").code == 1
    assert burl(capsys, "score", "--input", log, "--fail-on", "1").code == 0


def test_people_get_a_readable_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    _, out, _ = burl(capsys, "score", "--input", log)
    assert any(line.strip().endswith(ODD) for line in out.splitlines())
    assert not out.startswith("{")


def test_what_is_found_while_learning_is_marked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    early = log.with_name("early.log")
    lines = log.read_text().splitlines(keepends=True)
    early.write_text("".join([*lines[:100], _line(100, ODD), *lines[101:]]))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    shown = burl(capsys, "score", early)
    assert "  early  (learning) early never wrote this before" in shown.out
    assert "1 of the findings came while still learning" in shown.err
    assert "(learning)" not in burl(capsys, "score", log).out


def test_people_are_told_what_it_came_to_and_why_nothing_was_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    short = log.with_name("short.log")
    short.write_text("".join(log.read_text().splitlines(keepends=True)[:400]))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    known, learning = (burl(capsys, "score", path).err for path in (log, short))
    assert known.startswith("9,001 records, ")
    assert "learning" not in known
    assert learning.splitlines()[0] == "400 records, 0 findings, 0 incidents."
    assert learning.splitlines()[1].startswith("Still learning, so without incidents: short (")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--input", "absent.log"], "absent.log"),
        (["--input", "LOG", "--budget", "many"], "budget 'many' is not of the form"),
        (["--input", "LOG", "--bundle", "absent"], "absent is no bundle"),
    ],
)
def test_what_the_user_can_mend_is_one_line(
    capsys: pytest.CaptureFixture[str], log: Path, arguments: list[str], complaint: str
) -> None:
    code, out, err = burl(capsys, "score", *[log if word == "LOG" else word for word in arguments])
    assert (code, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1


def test_an_input_must_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = burl(capsys, "score")
    assert code == 2
    assert "--input" in err
