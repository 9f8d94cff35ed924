"""OTLP/gRPC requests -> batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from burl.receive.batch import Batch, StreamTable
from burl.receive.bodies import BodyDecoder
from burl.receive.counters import ReceiveCounters
from burl.receive.entries import entries_of, resource_entries
from burl.receive.given_uids import GivenUids
from burl.receive.order import in_order_of_time
from burl.receive.origin import OtlpOrigin
from burl.receive.redacted_request import RequestRedactor
from burl.receive.settings import ReceiveSettings
from burl.receive.severity import severities
from burl.receive.streams import StreamFinder
from burl.receive.times import event_times
from burl.receive.values import attributes, flatten
from burl.receive.wire import LogRecord, Piece, read_request

MAX_RECORDS = 4096
"""Most records of a batch (design.md, decision 14)."""


@dataclass(slots=True)
class _Run:
    """Records of one resource."""

    resource: bytes
    records: list[LogRecord]
    damaged: list[bytes]


@dataclass(slots=True)
class _Request:
    """What the batches of one request share.

    Attributes:
        before_ns: event time of the last record given out; the arrival, before the first.
        given: finds the uids that its records bring along; None where there are none.
        seen: how often each record was given out (`OtlpOrigin.count_repeats`); not used with one batch.
    """

    arrival_ns: int
    before_ns: int
    given: GivenUids | None
    seen: dict[int, int] = field(default_factory=dict)


class Decoder:
    """Decodes requests; belongs to the thread that owns the stream table.

    What comes out is a function of what is given to `decode` alone, so that the journal can replay it.
    """

    def __init__(
        self, settings: ReceiveSettings, streams: StreamTable, counters: ReceiveCounters | None = None
    ) -> None:
        self.counters = counters or ReceiveCounters()
        self._settings = settings
        self._streams = streams
        self._finder = StreamFinder(settings.identity, streams)
        self._given_uids = GivenUids(settings.uid_attributes)
        self._bodies = BodyDecoder(settings, self.counters, None)
        self._redactor = RequestRedactor(settings, self.counters)

    def redacted(self, raw: bytes) -> bytes:
        """Return a request without what is personal: what `decode` is given, and what may be kept on disk.

        Raises:
            Undecodable: `raw` is no request.
        """
        return self._redactor.redacted(raw) if self._redactor.wanted else raw

    def decode(self, raw: bytes, sender: str, arrival_ns: int) -> Iterator[Batch]:
        """Return the batches of a serialised ExportLogsServiceRequest, decoded one by one.

        Args:
            raw: the request, decompressed, as `redacted` returned it.
            sender: the peer's host.
            arrival_ns: when it arrived, nanoseconds since the epoch.

        Raises:
            Undecodable: `raw` is no such request. Raised by the call itself, before anything is given out.
        """
        given = self._given_uids if self._given_uids.may_be_in(raw) else None
        return self._batches(read_request(raw), sender, _Request(arrival_ns, arrival_ns, given))

    def _batches(self, pieces: Sequence[Piece], peer: str, request: _Request) -> Iterator[Batch]:
        slices = (
            (sender, runs)
            for sender, group in groupby(pieces, lambda piece: self._sender(piece.resource, peer))
            for runs in _slices(group)
        )
        current = next(slices, None)
        single = True
        while current is not None:
            following = next(slices, None)
            single = single and following is None
            yield in_order_of_time(self._batch(*current, request, single=single))
            current = following

    def _sender(self, resource: bytes, peer: str) -> str:
        name = self._settings.sender_attribute
        if not name:
            return peer
        return flatten(attributes(resource_entries(resource))).get(name) or peer

    def _batch(self, sender: str, runs: Sequence[_Run], request: _Request, *, single: bool) -> Batch:
        records = [record for run in runs for record in run.records]
        said = [record.time_unix_nano for record in records]
        times, timed = event_times(
            said,
            lambda i: records[i].observed_time_unix_nano,
            latest_ns=request.arrival_ns + int(self._settings.max_ahead_seconds * 1e9),
            before_ns=request.before_ns,
        )
        raws = [record.body for record in records]
        entries = entries_of(records, raws)
        streams = self._find(runs, entries, sender)
        column = np.array(streams, dtype=np.int64)
        self._streams.touch(column, request.arrival_ns)
        bodies = self._bodies.texts(raws)
        origin = OtlpOrigin(
            records=records,
            entries=entries,
            resources=[resource for run in runs for resource in [run.resource] * len(run.records)],
            streams=self._stream_keys(streams),
            said=said,
            bodies=bodies,
            given=request.given,
        )
        if not single:
            origin.repeats = origin.count_repeats(request.seen)
        batch = Batch(
            bodies=bodies,
            times_ns=times,
            timed=timed,
            streams=column,
            severities=severities(records),
            sender=sender,
            arrival_ns=request.arrival_ns,
            origin=origin,
            damaged=[raw for run in runs for raw in run.damaged],
        )
        request.before_ns = int(times[-1]) if records else request.before_ns
        self._count(batch)
        return batch

    def _find(self, runs: Sequence[_Run], entries: list[Sequence[bytes]], sender: str) -> list[int]:
        streams: list[int] = []
        for run in runs:
            of_run = entries[len(streams) : len(streams) + len(run.records)]
            streams += self._finder.find(run.resource, of_run, sender)
        return streams

    def _stream_keys(self, streams: Sequence[int]) -> list[str]:
        names = {stream: self._streams.identity(stream).stream for stream in set(streams)}
        return [names[stream] for stream in streams]

    def _count(self, batch: Batch) -> None:
        self.counters.accepted_records += len(batch)
        self.counters.damaged += len(batch.damaged)
        self.counters.untimed += len(batch) - int(np.count_nonzero(batch.timed))


def _slices(pieces: Iterator[Piece]) -> Iterator[list[_Run]]:
    """Parse pieces one by one and regroup their records to at most `MAX_RECORDS`."""
    runs: list[_Run] = []
    room = MAX_RECORDS
    for piece in pieces:
        records, damaged = piece.records()
        while len(records) > room:
            yield [*runs, _Run(piece.resource, records[:room], [])]
            records, runs, room = records[room:], [], MAX_RECORDS
        runs.append(_Run(piece.resource, records, damaged))
        room -= len(records)
    if any(run.records or run.damaged for run in runs):
        yield runs
