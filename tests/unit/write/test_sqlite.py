import sqlite3
import threading
from pathlib import Path

import pytest

from burl.clock import SystemClock
from burl.decide import Findings
from burl.errors import ConfigError, Retryable
from burl.write.counters import WriteCounters
from burl.write.settings import SqliteSettings
from burl.write.sqlite import SqliteStore
from support.samples import annotation


def _store(path: Path, max_documents: int = 1000) -> SqliteStore:
    settings = SqliteSettings(path=path, max_documents=max_documents)
    return SqliteStore(settings, SystemClock(), WriteCounters())


def test_log_lines_are_nobody_elses_to_read(tmp_path: Path) -> None:
    store = _store(tmp_path / "burl.sqlite")
    store.write(Findings(annotations=[annotation(1)]))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    store.close()


def test_the_oldest_go_when_there_are_too_many_but_verdicts_stay(tmp_path: Path) -> None:
    store = _store(tmp_path / "burl.sqlite", max_documents=10)
    store.add_verdict({"id": "v1", "@timestamp": annotation(0).document["@timestamp"]})
    for number in range(30):
        store.write(Findings(annotations=[annotation(number)]))
    assert store.annotations() == [annotation(number).document for number in range(20, 30)]
    assert len(store.verdicts()) == 1
    store.close()


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "burl.sqlite"
    path.write_bytes(b"no database at all, but long enough to be mistaken for one" * 20)
    with pytest.raises(ConfigError, match=r"sqlite\.path"):
        _store(path)


def test_a_newer_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "burl.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ConfigError, match="newer version"):
        _store(path)


def test_who_writes_while_it_is_opened_is_not_waited_for(tmp_path: Path) -> None:
    _store(tmp_path / "burl.sqlite").close()
    other = sqlite3.connect(tmp_path / "burl.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = _store(tmp_path / "burl.sqlite")
    other.execute("ROLLBACK")
    store.write(Findings(annotations=[annotation(1)]))
    store.close()
    other.close()


def test_who_locks_it_while_it_is_made_is_waited_for(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "burl.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    letting_go = threading.Timer(0.7, other.execute, ["ROLLBACK"])
    letting_go.start()
    _store(tmp_path / "burl.sqlite").close()
    letting_go.join()
    other.close()


def test_a_store_that_cannot_be_written_is_down(tmp_path: Path) -> None:
    store = _store(tmp_path / "burl.sqlite")
    other = sqlite3.connect(tmp_path / "burl.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Retryable):
        store.write(Findings(annotations=[annotation(1)]))
    assert not store.healthy()
    other.close()
    store.write(Findings(annotations=[annotation(1)]))
    assert store.healthy()
    store.close()
