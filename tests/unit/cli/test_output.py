import json

import pytest

from burl.cli.output import print_facts, print_json, progress


def test_progress_is_silent_when_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as report:
        report("reading", 0.5)
    assert capsys.readouterr() == ("", "")


def test_progress_names_each_stage_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress() as report:
        report("reading", 1.0)
        report("fitting", 0.5)
    out, err = capsys.readouterr()
    assert out == ""
    assert "reading" in err
    assert "fitting" in err


def test_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"grade": 0.5, "line": "Größe\n"})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"grade": 0.5, "line": "Größe\n"}


def test_facts_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts("Bundle", {"seed": 1, "templates": 20})
    assert capsys.readouterr().out == "Bundle\n  seed:      1\n  templates: 20\n"
