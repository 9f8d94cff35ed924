"""The embedded store: one SQLite file, for one agent."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from burl.clock import Clock
from burl.decide import Findings, Incident
from burl.decide.times import from_rfc3339
from burl.errors import ConfigError, Permanent, Retryable
from burl.write.counters import WriteCounters
from burl.write.documents import Document, documents, to_json
from burl.write.health import Health
from burl.write.settings import SqliteSettings

LAYOUT_VERSION = 1
_BUSY_SECONDS = 0.5
"""Nobody else writes but a person's own tool; the engine tries again."""
_OPEN_SECONDS = 10.0
"""What such a tool has to let go while the agent starts."""

_LAYOUT = """
CREATE TABLE IF NOT EXISTS documents (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    time_ns INTEGER NOT NULL,
    version INTEGER NOT NULL,
    incident_id TEXT,
    body BLOB NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS documents_by_time ON documents (kind, time_ns);
CREATE INDEX IF NOT EXISTS documents_by_incident ON documents (incident_id) WHERE incident_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS suppressions (version INTEGER NOT NULL, body BLOB NOT NULL);
"""
_UPSERT = """
INSERT INTO documents (kind, id, time_ns, version, incident_id, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE
SET time_ns = excluded.time_ns, version = excluded.version, body = excluded.body
WHERE excluded.version > documents.version
"""
_REPLACE = """
INSERT INTO documents (kind, id, time_ns, version, incident_id, body) VALUES (?, ?, ?, 0, NULL, ?)
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
"""
_SELECT = "SELECT body FROM documents WHERE {condition} LIMIT ?"
_TRIM = """
DELETE FROM documents
WHERE sequence <= (SELECT max(sequence) FROM documents) - ? AND kind <> 'verdict'
"""


class SqliteStore:
    """A Store in one file of mode 0600; may be used from several threads."""

    name = "sqlite"

    def __init__(self, settings: SqliteSettings, clock: Clock, counters: WriteCounters) -> None:
        """Open the file, making it when there is none.

        Raises:
            ConfigError: it cannot be opened, is no database, or was made by a newer version of Burl.
        """
        self._settings = settings
        self._counters = counters
        self._lock = threading.Lock()
        self._health = Health(self._probe, clock)
        try:
            self._connection = self._open()
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"sqlite.path {settings.path}: cannot be used as a store: {error}") from None

    def write(self, findings: Findings) -> None:
        """Store all in one transaction. Raises Retryable when the file cannot be written now."""
        rows = []
        for document in documents(findings, to_json):
            rows.append(_row(document))
            if document.kind == "dead_letter":
                self._counters.dead_letters[str(document.source.document.get("error.type"))] += 1
        with self._transaction() as connection:
            connection.executemany(_UPSERT, rows)
            connection.execute(_TRIM, (self._settings.max_documents,))
        self._counters.stored_documents += len(rows)

    def healthy(self) -> bool:
        """Return False after a failed write, until the file can be written again."""
        return self._health.healthy()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def annotations(
        self,
        *,
        incident_id: str | None = None,
        anomaly_id: str | None = None,
        since_ns: int = 0,
        limit: int = 1000,
    ) -> list[dict[str, Any]]:
        """Return annotations, oldest first: of one incident, or one by its id, where that is given."""
        condition = "kind = 'annotation' AND time_ns >= ?"
        parameters: list[Any] = [since_ns]
        for column, value in (("incident_id", incident_id), ("id", anomaly_id)):
            if value is not None:
                condition += f" AND {column} = ?"
                parameters.append(value)
        return self._select(f"{condition} ORDER BY time_ns, id", [*parameters, limit])

    def incidents(self, *, since_ns: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Return incidents in their latest version, newest first."""
        return self._select("kind = 'incident' AND time_ns >= ? ORDER BY time_ns DESC, id", [since_ns, limit])

    def dead_letters(self, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Return dead letters, newest first."""
        return self._select("kind = 'dead_letter' ORDER BY time_ns DESC, id", [limit])

    def add_verdict(self, verdict: dict[str, Any]) -> None:
        """Append a verdict; one with the same `id` is there already. Raises Retryable."""
        with self._transaction() as connection:
            connection.execute(_UPSERT, ("verdict", verdict["id"], 0, 0, None, to_json(verdict)))

    def verdicts(self, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Return verdicts, newest first."""
        return self._select("kind = 'verdict' ORDER BY sequence DESC", [limit])

    def suppressions(self) -> tuple[int, list[dict[str, Any]]]:
        """Return the version and the suppressions in force; version 0 when there never were any."""
        with self._lock:
            row = self._connection.execute("SELECT version, body FROM suppressions").fetchone()
        return (row[0], orjson.loads(row[1])) if row else (0, [])

    def put_suppressions(self, version: int, suppressions: Sequence[dict[str, Any]]) -> None:
        """Replace the suppressions in force. Raises Permanent when `version` is not the next one."""
        body = orjson.dumps(list(suppressions))
        with self._transaction() as connection:
            row = connection.execute("SELECT version FROM suppressions").fetchone()
            present = row[0] if row else 0
            if version != present + 1:
                raise Permanent(f"suppressions are at version {present}: {version} is not the next one")
            connection.execute("DELETE FROM suppressions")
            connection.execute("INSERT INTO suppressions VALUES (?, ?)", (version, body))

    def put_shadow(self, documents: Sequence[dict[str, Any]]) -> None:
        """Store what a challenger found and how its runs went. Raises Retryable."""
        with self._transaction() as connection:
            connection.executemany(_REPLACE, map(_shadow_row, documents))

    def shadow(self, challenger: str, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Return what is known of a challenger, oldest first."""
        return self._select("kind = ? ORDER BY time_ns, id", [_shadow_kind(challenger), limit])

    def _open(self) -> sqlite3.Connection:
        path = self._settings.path
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives its side files the mode of the database; log lines are nobody else's to read.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        connection = sqlite3.connect(
            path, timeout=_OPEN_SECONDS, isolation_level=None, check_same_thread=False
        )
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > LAYOUT_VERSION:
            raise OSError(
                f"made by a newer version of Burl (layout {version}, this one knows {LAYOUT_VERSION})"
            )
        # Of a new file. Annotations have 2-3 KB: pages of 4 KB take a quarter more time, half more space.
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA journal_mode = WAL")
        # OK means stored: a sender that was told so deletes its copy, so a power cut must not undo it.
        connection.execute("PRAGMA synchronous = FULL")
        if version < LAYOUT_VERSION:  # else nothing is written, and a writer is not waited for
            connection.executescript(_LAYOUT)
            connection.execute(f"PRAGMA user_version = {LAYOUT_VERSION}")
        connection.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock, self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
        except sqlite3.Error as error:
            self._health.down()
            raise Retryable(f"sqlite: {error}") from error
        self._health.up()

    def _probe(self) -> None:
        with self._transaction() as connection:
            connection.execute(f"PRAGMA user_version = {LAYOUT_VERSION}")

    def _select(self, condition: str, parameters: list[Any]) -> list[dict[str, Any]]:
        with self._lock:
            rows = self._connection.execute(_SELECT.format(condition=condition), parameters).fetchall()
        return [orjson.loads(body) for (body,) in rows]


def _shadow_kind(challenger: str) -> str:
    """Return the kind of document that one challenger's are: they are only ever read together."""
    return f"shadow {challenger}"


def _shadow_row(document: dict[str, Any]) -> tuple[Any, ...]:
    kind = _shadow_kind(document["burl.shadow.challenger"])
    return kind, document["id"], from_rfc3339(document["@timestamp"]), to_json(document)


def _row(document: Document) -> tuple[Any, ...]:
    source = document.source
    version = source.version if isinstance(source, Incident) else 0
    incident_id = source.document.get("incident_id") if document.kind == "annotation" else None
    return document.kind, source.id, source.time_ns, version, incident_id, document.body
