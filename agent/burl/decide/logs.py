"""Log records as documents, where the agent writes the logs, too."""

from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(slots=True)
class LogRecord:
    """A log record as a document, JSON already; `id` is its uid."""

    id: str
    time_ns: int
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The flat fields of docs/annotation.md, section Log."""
        document: dict[str, Any] = orjson.loads(self.body)
        return document


@dataclass(slots=True)
class LogRecords:
    """Log records as documents: columns of equal length, see `LogRecord`.

    There is a document for every line, so there is no object for it: `bench/opensearch.py` measures what a
    line costs.
    """

    ids: list[str] = field(default_factory=list)
    times_ns: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.ids)

    def __getitem__(self, row: int) -> LogRecord:
        """Return one record."""
        return LogRecord(self.ids[row], self.times_ns[row], self.bodies[row])

    def extend(self, other: "LogRecords") -> None:
        """Append all of `other`."""
        self.ids += other.ids
        self.times_ns += other.times_ns
        self.bodies += other.bodies

    def state(self) -> Any:
        """Return what `from_state` needs, as msgpack-able values."""
        return list(zip(self.ids, self.times_ns, self.bodies, strict=True))

    @classmethod
    def from_state(cls, rows: Any) -> "LogRecords":
        """Return the records that `state` was taken of; an older version's rows hold documents."""
        uids, times_ns, bodies = ([row[column] for row in rows] for column in range(3))
        return cls(
            uids, times_ns, [body if isinstance(body, bytes) else orjson.dumps(body) for body in bodies]
        )
