"""JUnit XML of `burl score` and what it is made with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.cli.junit import Case, write_junit
from support.command_line import burl

_START = datetime(2026, 3, 1, tzinfo=UTC)


def _log(path: Path, last: str) -> Path:
    texts = [f"{('request', 'answer', 'commit')[i % 3]} {i} handled in {i % 17} ms" for i in range(9000)]
    lines = [
        f"{(_START + timedelta(seconds=i)).isoformat()} INFO {text}\n"
        for i, text in enumerate([*texts, last])
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_each_finding_of_the_grade_is_a_failed_case(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log, junit = _log(tmp_path / "shop.log", "kernel panic - fatal exception"), tmp_path / "junit.xml"
    assert burl(capsys, "score", "--input", log, "--fail-on", "0.01", "--junit", junit).code == 1
    suite = ET.parse(junit).getroot()[0]
    failures = suite.findall(".//failure")
    assert int(suite.get("failures", "0")) == len(failures) >= 1
    assert any("kernel panic" in (failure.text or "") for failure in failures)


def test_a_clean_log_is_one_passed_case(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log, junit = _log(tmp_path / "shop.log", "request 9000 handled in 3 ms"), tmp_path / "junit.xml"
    assert burl(capsys, "score", "--input", log, "--fail-on", "1", "--junit", junit).code == 0
    suite = ET.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")


@given(st.lists(st.tuples(st.text(), st.text(), st.text(), st.text()), max_size=5))
def test_any_text_gives_well_formed_xml(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("junit") / "junit.xml"
    write_junit(path, "any", [Case(*row) for row in rows])
    suite = ET.parse(path).getroot()[0]
    assert int(suite.get("failures", "0")) == sum(bool(failure) for _, _, failure, _ in rows)
