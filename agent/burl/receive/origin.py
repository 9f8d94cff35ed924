"""Where OTLP records came from: what only annotated records are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from burl.receive.batch import Origin
from burl.receive.entries import resource_entries
from burl.receive.given_uids import GivenUids
from burl.receive.json_pairs import JsonPairs
from burl.receive.records import Records
from burl.receive.uid import Held, Uid, uid_of
from burl.receive.values import attributes


@dataclass(slots=True)
class OtlpOrigin(Origin):
    """The records of one batch as they came; equal-length columns.

    Attributes:
        records: as they came.
        resources: the serialised Resource of each record.
        streams: the index of each record's stream.
        names: the key of each of these.
        bodies: their text.
        given: finds the uids that records bring along.
        owners: the number of the request that each came in.
        repeats: how often each record came before in its request; None = worked out when asked, which is
            right only when the batch holds all of these requests.
    """

    records: Records
    resources: Sequence[bytes]
    streams: Sequence[int]
    names: Mapping[int, str]
    bodies: Sequence[str]
    given: GivenUids
    owners: Sequence[int]
    repeats: list[int] | None = None
    uids: list[Uid] | None = None

    def count_repeats(self, seen: dict[int, int]) -> list[int]:
        """Return how often each record came before in its request; counts them into `seen`.

        The same are those of one stream, time and body.

        64-bit hashes stand for them, so that a large request's bodies need not be kept: in a request of a
        million records two different ones meet with a probability of 3e-8, and get ordinals 0 and 1.
        """
        repeats = []
        names = map(self.names.__getitem__, self.streams)
        columns = (self.owners, names, self.records.said.tolist(), self.bodies)
        for key in map(hash, zip(*columns, strict=True)):
            count = seen.get(key, 0)
            repeats.append(count)
            seen[key] = count + 1
        return repeats

    def uid(self, index: int) -> str:
        """Return the record's own id, else a hash (design.md, decision 3)."""
        return uid_of(self._all_uids()[index], self.bodies[index])

    def held(self, indexes: Sequence[int]) -> Held:
        """Return what is kept of these records until they are judged."""
        uids, trace_ids, span_ids = self._all_uids(), self.records.trace_ids, self.records.span_ids
        return Held(
            [uids[index] for index in indexes],
            [trace_ids[index] for index in indexes],
            [span_ids[index] for index in indexes],
        )

    def _all_uids(self) -> list[Uid]:
        if self.uids is None:
            self.uids = self._find_uids()
        return self.uids

    def _find_uids(self) -> list[Uid]:
        said = self.records.said.tolist()
        if self.repeats is None:
            distinct = len(set(said)) == len(said)
            self.repeats = [0] * len(said) if distinct else self.count_repeats({})
        names = map(self.names.__getitem__, self.streams)
        hashed = zip(names, said, self.repeats, strict=True)
        given = self.given.find(self.records)
        return [one or uid for one, uid in zip(given, hashed, strict=True)] if any(given) else list(hashed)

    def attributes(self, index: int) -> dict[str, Any]:
        """Return resource attributes and the record's own, which win."""
        return attributes([*resource_entries(self.resources[index]), *self.records.entries(index)])

    def attribute_texts(self, indexes: Sequence[int]) -> list[str]:
        """Return `attributes` of these records as JSON, each distinct KeyValue of theirs decoded once."""
        pairs = JsonPairs()
        entries = {raw: resource_entries(raw) for raw in set(self.resources)}
        alone = {raw: pairs.text(of_resource) for raw, of_resource in entries.items()}
        if not len(self.records.rows) and not self.records.map_rows:
            return [alone[self.resources[index]] for index in indexes]
        columns = [(self.resources[index], self.records.entries(index)) for index in indexes]
        return [pairs.text([*entries[raw], *own]) if own else alone[raw] for raw, own in columns]

    def trace_id(self, index: int) -> str:
        """Return 32 hex digits, or an empty string."""
        return self.records.trace_ids[index]

    def span_id(self, index: int) -> str:
        """Return 16 hex digits, or an empty string."""
        return self.records.span_ids[index]
