"""Where OTLP records came from: what only annotated records are asked for."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from burl.receive.entries import record_entries, resource_entries
from burl.receive.values import attributes
from burl.receive.wire import LogRecord


@dataclass(slots=True)
class OtlpOrigin:
    """The records of one batch as they came; equal-length columns.

    Attributes:
        records: as parsed, nested values still serialised.
        resources: the serialised Resource of each record.
        streams: the key of each record's stream.
        said: the times that the records say, 0 for nothing.
        bodies: their text.
        uid_attributes: attributes that may hold the uid.
        repeats: how often each record came before in the request; None = worked out when asked, which is
            right only when the batch is the whole request.
    """

    records: Sequence[LogRecord]
    resources: Sequence[bytes]
    streams: Sequence[str]
    said: Sequence[int]
    bodies: Sequence[str]
    uid_attributes: Sequence[str]
    repeats: list[int] | None = None

    def count_repeats(self, seen: dict[int, int]) -> list[int]:
        """Return how often each record's stream, time and body came before; counts them into `seen`.

        64-bit hashes stand for them, so that a large request's bodies need not be kept: in a request of a
        million records two different ones meet with a probability of 3e-8, and get ordinals 0 and 1.
        """
        repeats = []
        for key in map(hash, zip(self.streams, self.said, self.bodies, strict=True)):
            count = seen.get(key, 0)
            repeats.append(count)
            seen[key] = count + 1
        return repeats

    def uid(self, index: int) -> str:
        """Return the record's own id, else a hash (design.md, decision 3)."""
        given = attributes(record_entries(self.records[index]))
        for name in self.uid_attributes:
            if given.get(name):
                return str(given[name])
        if self.repeats is None:
            self.repeats = self.count_repeats({})
        key = f"{self.streams[index]}\n{self.said[index]}\n{self.bodies[index]}"
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        return f"{digest}-{self.repeats[index]}"

    def attributes(self, index: int) -> dict[str, Any]:
        """Return resource attributes and the record's own, which win."""
        entries = [*resource_entries(self.resources[index]), *record_entries(self.records[index])]
        return attributes(entries)

    def trace_id(self, index: int) -> str:
        """Return 32 hex digits, or an empty string."""
        return _hex(self.records[index].trace_id)

    def span_id(self, index: int) -> str:
        """Return 16 hex digits, or an empty string."""
        return _hex(self.records[index].span_id)


def _hex(raw: bytes) -> str:
    return raw.hex() if any(raw) else ""
