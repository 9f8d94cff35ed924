from pathlib import Path

import orjson
import pytest

from burl.bundle.directory import DirectoryRegistry
from burl.clock import SystemClock
from burl.decide import Findings
from burl.write.counters import WriteCounters
from burl.write.settings import SqliteSettings
from burl.write.sqlite import SqliteStore
from support.bundles import BUNDLE
from support.command_line import burl
from support.shadow_documents import HOUR_SECONDS, of_challenger, of_champion, run


@pytest.fixture
def challenger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the version of the challenger of a registry that commands find by environment."""
    monkeypatch.setenv("BURL_WRITE__SQLITE__PATH", str(tmp_path / "burl.sqlite"))
    monkeypatch.setenv("BURL_BUNDLE__REGISTRY", str(tmp_path / "registry"))
    registry = DirectoryRegistry(tmp_path / "registry")
    version = registry.add(BUNDLE).manifest.version
    registry.challenge(version)
    return version


def fill(path: Path, challenger: str) -> None:
    store = SqliteStore(SqliteSettings(path=path / "burl.sqlite"), SystemClock(), WriteCounters())
    stamp = {"burl.shadow.challenger": challenger}
    ran = run("a", 0, 30 * HOUR_SECONDS, **stamp | {"burl.shadow.passed_requests": 3})
    alone = of_challenger(9000, **{"log.record.original": "a\x1b[31m red line"})
    store.put_shadow([ran, of_challenger(10) | stamp, alone | stamp])
    store.write(Findings([of_champion(20), of_champion(40_000)]))
    store.close()


def test_before_it_has_run_there_is_nothing_to_compare(
    challenger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = burl(capsys, "bundle", "compare")
    assert result.code == 2
    assert f"the challenger {challenger} has seen nothing yet" in result.err


def test_a_table_for_people(challenger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, challenger)
    printed = burl(capsys, "bundle", "compare").out
    assert printed.startswith(f"Challenger {challenger} beside old: 30.0 hours of logs\n")
    rows = [line.split() for line in printed.splitlines()]
    assert ["found", "by", "both", "1", "1"] in rows
    assert ["microseconds", "a", "record", "100.0", "500.0"] in rows
    assert "saw a part only: 3 requests passed it by" in printed
    assert "Only the champion found" in printed
    assert "Only the challenger found" in printed
    assert "\x1b" not in printed


def test_json_for_programs(challenger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, challenger)
    found = orjson.loads(burl(capsys, "bundle", "compare", "--json").out)
    assert (found["challenger_version"], found["passed_requests"]) == (challenger, 3)
    assert found["challenger"]["incidents_of_both"] == found["champion"]["incidents_of_both"] == 1
