"""Log records as documents, where the agent writes the logs, too."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import orjson

from burl.decide.times import DAY_NS, from_rfc3339


@dataclass(slots=True)
class LogRecord:
    """A log record as a document, JSON already; `id` is its uid."""

    id: str
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The flat fields of docs/annotation.md, section Log."""
        document: dict[str, Any] = orjson.loads(self.body)
        return document

    @property
    def time_ns(self) -> int:
        """Its event time."""
        return from_rfc3339(self.document["@timestamp"])


@dataclass(frozen=True, slots=True)
class LogPage:
    """Log records of one day, ready for its index: there is a document for every line, but no object.

    Attributes:
        day: the day of their event time (UTC), counted from the epoch; names the index.
        count: how many they are.
        lines: of each the action and the document, JSON on a line each, as `_bulk` of one index takes them.
    """

    day: int
    count: int
    lines: bytes

    def records(self) -> Iterator[LogRecord]:
        """Yield each record by itself."""
        lines = self.lines.splitlines()
        for action, body in zip(lines[::2], lines[1::2], strict=True):
            yield LogRecord(orjson.loads(action)["create"]["_id"], body)

    @classmethod
    def from_state(cls, row: Any) -> "LogPage":
        """Return a page from its fields; an older version's row is a record's id, time and document."""
        if isinstance(row[0], int):
            return cls(*row)
        identifier, time_ns, document = row
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        return cls(time_ns // DAY_NS, 1, b"%b%b}}\n%b\n" % (ACTION, orjson.dumps(identifier), body))


ACTION = b'{"create":{"_id":'
"""How a record's action begins."""


@dataclass(slots=True)
class LogRecords:
    """Log records as documents, by page."""

    pages: list[LogPage] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of records."""
        return sum(page.count for page in self.pages)

    def records(self) -> Iterator[LogRecord]:
        """Yield each record by itself."""
        return chain.from_iterable(page.records() for page in self.pages)

    def extend(self, other: "LogRecords") -> None:
        """Append all of `other`."""
        self.pages += other.pages

    def state(self) -> Any:
        """Return what `from_state` needs, as msgpack-able values."""
        return [(page.day, page.count, page.lines) for page in self.pages]

    @classmethod
    def from_state(cls, rows: Any) -> "LogRecords":
        """Return the records that `state` was taken of, an older version's included."""
        return cls(list(map(LogPage.from_state, rows)))
