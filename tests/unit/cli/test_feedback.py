from pathlib import Path

import orjson
import pytest

from burl.clock import SystemClock
from burl.decide import Findings
from burl.write.factory import open_store
from burl.write.settings import SqliteSettings, WriteSettings
from support.command_line import burl
from support.samples import annotation


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "burl.sqlite"
    monkeypatch.setenv("BURL_WRITE__SQLITE__PATH", str(path))
    opened = open_store(WriteSettings(sqlite=SqliteSettings(path=path)), SystemClock())
    hostile = {"log.record.template": "disk \x1b[31m<*> is full"}
    opened.write(Findings(annotations=[annotation(n, incident_id="i7", **hostile) for n in range(3)]))
    opened.close()
    return path


def test_mark_list_and_undo(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert store.exists()
    given = burl(
        capsys, "feedback", "mark", annotation(1).id, "normal", "--for", "7d", "--note", "ok", "--json"
    )
    verdict = orjson.loads(given.out)
    assert verdict["verdict"] == "normal"
    assert verdict["expires"] > verdict["@timestamp"]
    listed = burl(capsys, "feedback", "list")
    assert "normal (template)" in listed.out
    assert "hides: 0 so far" in listed.out
    assert "\x1b" not in listed.out
    assert burl(capsys, "feedback", "undo", verdict["id"]).code == 0
    everything = orjson.loads(burl(capsys, "feedback", "list", "--json").out)
    assert everything["suppressions"] == []
    assert [one["verdict"] for one in everything["verdicts"]] == ["undo", "normal"]


def test_an_incident_and_a_missed_line(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert store.exists()
    assert len(burl(capsys, "feedback", "mark", "i7", "normal").out.splitlines()) == 3
    assert "missed" in burl(capsys, "feedback", "missed", "it burns", "--service", "api", "--who", "ann").out


def test_what_is_not_there_is_one_line(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert store.exists()
    result = burl(capsys, "feedback", "mark", "nothing", "anomaly")
    assert (result.code, result.err) == (2, "burl: there is no incident nothing in the store\n")
    assert burl(capsys, "feedback", "mark", annotation(1).id, "normal", "--for", "soon").code == 2
