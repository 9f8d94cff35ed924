import pytest

from burl.progress import progress


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
