"""Where OTLP records came from: what only annotated records are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from burl.receive.batch import Origin
from burl.receive.entries import resource_entries
from burl.receive.given_uids import GivenUids
from burl.receive.uid import Held, Uid, uid_of
from burl.receive.values import attributes
from burl.receive.wire import LogRecord


@dataclass(slots=True)
class OtlpOrigin(Origin):
    """The records of one batch as they came; equal-length columns.

    Attributes:
        records: as parsed, nested values still serialised.
        entries: the serialised KeyValues of each record.
        resources: the serialised Resource of each record.
        streams: the key of each record's stream.
        said: the times that the records say, 0 for nothing.
        bodies: their text.
        given: finds the uids that records bring along; None where the request holds none.
        repeats: how often each record came before in the request; None = worked out when asked, which is
            right only when the batch is the whole request.
    """

    records: Sequence[LogRecord]
    entries: Sequence[Sequence[bytes]]
    resources: Sequence[bytes]
    streams: Sequence[str]
    said: Sequence[int]
    bodies: Sequence[str]
    given: GivenUids | None
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
        return uid_of(self._uids([index])[0], self.bodies[index])

    def held(self, indexes: Sequence[int]) -> Held:
        """Return what is kept of these records until they are judged."""
        records = [self.records[index] for index in indexes]
        return Held(
            self._uids(indexes),
            [_hex(record.trace_id) for record in records],
            [_hex(record.span_id) for record in records],
        )

    def _uids(self, indexes: Sequence[int]) -> list[Uid]:
        if self.repeats is None:
            distinct = len(set(self.said)) == len(self.said)
            self.repeats = [0] * len(self.said) if distinct else self.count_repeats({})
        streams, said, repeats = self.streams, self.said, self.repeats
        uids: list[Uid] = [(streams[i], said[i], repeats[i]) for i in indexes]
        if self.given is not None:
            find, entries = self.given.find, self.entries
            uids = [find(entries[i]) or uid for i, uid in zip(indexes, uids, strict=True)]
        return uids

    def attributes(self, index: int) -> dict[str, Any]:
        """Return resource attributes and the record's own, which win."""
        entries = [*resource_entries(self.resources[index]), *self.entries[index]]
        return attributes(entries)

    def trace_id(self, index: int) -> str:
        """Return 32 hex digits, or an empty string."""
        return _hex(self.records[index].trace_id)

    def span_id(self, index: int) -> str:
        """Return 16 hex digits, or an empty string."""
        return _hex(self.records[index].span_id)


def _hex(raw: bytes) -> str:
    return raw.hex() if raw and any(raw) else ""
