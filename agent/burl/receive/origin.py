"""Where OTLP records came from: what only annotated records are asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from burl.distinct import distinct
from burl.receive.batch import Origin
from burl.receive.entries import resource_entries
from burl.receive.given_uids import GivenUids
from burl.receive.json_columns import json_columns
from burl.receive.json_pairs import JsonPairs
from burl.receive.records import Records
from burl.receive.resources import Resources
from burl.receive.stream_table import Ints
from burl.receive.uid import GIVEN, Held, Uids
from burl.receive.values import attributes


@dataclass(slots=True)
class OtlpOrigin(Origin):
    """The records of one batch as they came.

    Attributes:
        records: as they came.
        resources: whose they are.
        owners: the number of the request that each came in.
        rows: which of them stands at each place of the batch; the columns that follow are the batch's.
        streams: the index of each record's stream.
        key: returns the key of a stream.
        bodies: their text.
        given: finds the uids that records bring along.
        repeats: how often each record came before in its request; None = worked out when asked, which is
            right only when the batch holds all of these requests.
    """

    records: Records
    resources: Resources
    owners: Ints
    rows: Ints
    streams: Ints
    key: Callable[[int], str]
    bodies: list[str]
    given: GivenUids
    repeats: list[int] | None = None
    uids: Uids | None = None

    def count_repeats(self, seen: dict[int, int]) -> list[int]:
        """Return how often each record came before in its request; counts them into `seen`.

        The same are those of one stream, time and body.

        64-bit hashes stand for them, so that a large request's bodies need not be kept: in a request of a
        million records two different ones meet with a probability of 3e-8, and get ordinals 0 and 1.
        """
        repeats = []
        numbers = (self.owners[self.rows].tolist(), self.records.said[self.rows].tolist())
        columns = (*numbers, self._names(), self.bodies)
        for key in map(hash, zip(*columns, strict=True)):
            count = seen.get(key, 0)
            repeats.append(count)
            seen[key] = count + 1
        return repeats

    def uid(self, index: int) -> str:
        """Return the record's own id, else a hash (design.md, decision 3)."""
        return self._all_uids().take([index]).texts([self.bodies[index]])[0]

    def held(self, indexes: Sequence[int]) -> Held:
        """Return what is kept of these records until they are judged."""
        uids, none = self._all_uids().take(indexes), [""] * len(indexes)
        if not self.records.has_traces:
            return Held(uids, none, none)
        rows = self.rows[indexes].tolist()
        trace_ids, span_ids = self.records.trace_ids, self.records.span_ids
        return Held(uids, [trace_ids[row] for row in rows], [span_ids[row] for row in rows])

    def _names(self) -> Iterator[str]:
        streams = self.streams.tolist()
        names = {stream: self.key(stream) for stream in set(streams)}
        return map(names.__getitem__, streams)

    def _all_uids(self) -> Uids:
        if self.uids is None:
            self.uids = self._find_uids()
        return self.uids

    def _find_uids(self) -> Uids:
        given = self.given.find(self.records)
        if any(given):
            given = [given[row] for row in self.rows.tolist()]
        if all(given):
            return Uids.given(given)
        said = self.records.said[self.rows].view(np.int64)
        labels: list[str | bytes] = list(self._names())
        if self.repeats is None:
            are_distinct = len(distinct(said)) == len(said)
            self.repeats = [0] * len(said) if are_distinct else self.count_repeats({})
        ordinals = np.asarray(self.repeats, dtype=np.int64)
        if any(given):
            labels = [uid or label for uid, label in zip(given, labels, strict=True)]
            ordinals[list(map(bool, given))] = GIVEN
        return Uids(labels, said, ordinals)

    def _resource(self, index: int) -> bytes:
        return self.resources.raw(int(self.rows[index]))

    def _entries(self, index: int) -> list[bytes]:
        return self.records.entries(int(self.rows[index]))

    def attributes(self, index: int) -> dict[str, Any]:
        """Return resource attributes and the record's own, which win."""
        return attributes([*resource_entries(self._resource(index)), *self._entries(index)])

    def attribute_strings(self, indexes: Sequence[int]) -> list[bytes]:
        """Return `attributes` of these records in JSON strings, each distinct KeyValue decoded once."""
        resources = [resource_entries(raw) for raw in self.resources.raws]
        rows = self.rows[indexes]
        owners = self.resources.of_records[rows].tolist()
        if not self.records.attributes and not self.records.map_rows:
            pairs = JsonPairs(chain.from_iterable(resources))
            return list(map([pairs.string(entries) for entries in resources].__getitem__, owners))
        columns = None if any(resources) else json_columns(self.records)
        if columns:
            strings = [b'"{%b}"' % b",".join(said) for said in zip(*columns, strict=True)]
            return list(map(strings.__getitem__, rows.tolist()))
        entries = [
            [*resources[owner], *own]
            for owner, own in zip(owners, map(self.records.entries, rows.tolist()), strict=True)
        ]
        return list(map(JsonPairs(chain.from_iterable(entries)).string, entries))

    def trace_id(self, index: int) -> str:
        """Return 32 hex digits, or an empty string."""
        return self.records.trace_ids[int(self.rows[index])]

    def span_id(self, index: int) -> str:
        """Return 16 hex digits, or an empty string."""
        return self.records.span_ids[int(self.rows[index])]
