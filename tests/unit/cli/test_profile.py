import json
from pathlib import Path

import pytest

from support.command_line import burl


@pytest.fixture
def traces(tmp_path: Path) -> tuple[Path, Path]:
    normal, odd = tmp_path / "clean.csv", tmp_path / "odd.csv"
    normal.write_text("class,event\nTHREAD,RUN\nCOMM,SEND\nTHREAD,RUN\n")
    odd.write_text("class,event\nTHREAD,RUN\n<b>,SIGNAL\n")
    return normal, odd


def test_occurrences_are_counted_by_class_and_event_for_each_trace(
    capsys: pytest.CaptureFixture[str], traces: tuple[Path, Path]
) -> None:
    code, out, err = burl(capsys, "profile", "--input", traces[0], "--abnormal", traces[1])
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [
        ["class", "event", "clean", "odd", "!", "all"],
        ["THREAD", "RUN", "2", "1", "3"],
        ["<b>", "SIGNAL", "0", "1", "1"],
        ["COMM", "SEND", "1", "0", "1"],
        ["events", "3", "2", "5"],
        ["2", "traces,", "1", "abnormal", "(!)"],
    ]


def test_a_program_reads_json(capsys: pytest.CaptureFixture[str], traces: tuple[Path, Path]) -> None:
    found = json.loads(burl(capsys, "profile", "--json", "--input", *traces).out)
    assert found["traces"][1] == {"id": "odd", "abnormal": False, "events": 2}
    assert found["rows"][0] == {"class": "THREAD", "event": "RUN", "counts": [2, 1]}


def test_the_page_shows_normal_beside_abnormal_and_escapes_names(
    capsys: pytest.CaptureFixture[str], traces: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "profile.html"
    burl(capsys, "profile", "--input", traces[0], "--abnormal", traces[1], "--out", page)
    text = page.read_text(encoding="utf-8")
    assert text.index("<h2>Normal") < text.index("<h3>clean") < text.index("<h2>Abnormal")
    assert text.count("<svg") == 2
    assert "<b>" not in text


def test_no_events_are_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("class,event\n")
    code, _, err = burl(capsys, "profile", "--input", path)
    assert (code, err) == (2, "burl: the inputs hold no events\n")
