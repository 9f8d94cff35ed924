"""JSON lines: every document as one line of a file."""

import os
from typing import Any

import orjson

from burl.decide import Findings, Incident
from burl.errors import ConfigError, Retryable
from burl.write.counters import WriteCounters
from burl.write.documents import documents, to_json
from burl.write.settings import JsonlSettings

REMEMBERED_IDS = 100_000
"""Ids that a sink remembers, the newest: a resend comes soon, not after that many documents."""


class JsonlSink:
    """Adds lines to a file. Documents that the file already holds are not added again.

    Ids of written documents are remembered; those of an earlier process are read back from the file.
    """

    name = "jsonl"

    def __init__(self, settings: JsonlSettings, counters: WriteCounters) -> None:
        """Open the file. Raises ConfigError when it cannot be written."""
        self._path = settings.path
        self._counters = counters
        self._written: dict[tuple[str, int], None] = {}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            self._recover()
        except (OSError, KeyError, orjson.JSONDecodeError) as error:
            raise ConfigError(f"jsonl.path {self._path}: {error}") from None

    def write(self, findings: Findings) -> None:
        """Add all lines. Raises Retryable when the disk is full; the file then is as before."""
        keys, lines = [], []
        for document in documents(findings, to_json):
            key = (document.source.id, _version(document.source))
            if key not in self._written:
                keys.append(key)
                lines.append(_line(document.kind, document.body))
        self._append(b"".join(lines))
        self._remember(keys)
        self._counters.stored_documents += len(lines)

    def healthy(self) -> bool:
        """Return True: a file that was opened is there."""
        return True

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _append(self, data: bytes) -> None:
        size = os.fstat(self._descriptor).st_size
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            os.ftruncate(self._descriptor, size)
            raise Retryable(f"{self._path}: {error.strerror}") from error

    def _remember(self, keys: list[tuple[str, int]]) -> None:
        self._written.update(dict.fromkeys(keys))
        while len(self._written) > REMEMBERED_IDS:
            del self._written[next(iter(self._written))]

    def _recover(self) -> None:
        """Read back what is there, and cut off a last line that a crash left half written."""
        complete = 0
        with self._path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    complete += len(line)
                    self._remember([_key(orjson.loads(line))])
        os.ftruncate(self._descriptor, complete)


def _line(kind: str, body: bytes) -> bytes:
    return b'{"burl.document":"' + kind.encode() + b'",' + body[1:] + b"\n"


def _version(source: object) -> int:
    return source.version if isinstance(source, Incident) else 0


def _key(document: dict[str, Any]) -> tuple[str, int]:
    kind = document["burl.document"]
    name = {"annotation": "anomaly_id", "incident": "incident_id"}.get(kind, "dead_letter_id")
    return document[name], document.get("version", 0)
