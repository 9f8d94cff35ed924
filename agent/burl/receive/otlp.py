"""OTLP/gRPC requests -> batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby

import numpy as np

from burl.receive.batch import Batch, StreamTable
from burl.receive.bodies import BodyDecoder
from burl.receive.counters import ReceiveCounters
from burl.receive.entries import resource_entries
from burl.receive.given_uids import GivenUids
from burl.receive.order import in_order_of_time
from burl.receive.origin import OtlpOrigin
from burl.receive.records import Records
from burl.receive.redacted_request import RequestRedactor
from burl.receive.settings import ReceiveSettings
from burl.receive.severity import severities
from burl.receive.streams import StreamFinder
from burl.receive.times import event_times
from burl.receive.values import attributes, flatten
from burl.receive.wire import Piece, read_request

MAX_RECORDS = 4096
"""Most records of a batch (design.md, decision 14)."""


_Run = tuple[bytes, list[bytes]]
"""A serialised Resource, and serialised LogRecords of it."""


@dataclass(slots=True)
class _Request:
    """What the batches of one request share.

    Attributes:
        before_ns: event time of the last record given out; the arrival, before the first.
        seen: how often each record was given out (`OtlpOrigin.count_repeats`); not used with one batch.
    """

    arrival_ns: int
    before_ns: int
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
        return self._batches(read_request(raw), sender, _Request(arrival_ns, arrival_ns))

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
        records = Records(list(chain.from_iterable(raws for _, raws in runs)))
        resources = list(chain.from_iterable([resource] * len(raws) for resource, raws in runs))
        if records.damaged:
            resources = [resources[row] for row in records.sound]
        times, timed = event_times(
            records.said,
            lambda row: int(records.observed[row]),
            latest_ns=request.arrival_ns + int(self._settings.max_ahead_seconds * 1e9),
            before_ns=request.before_ns,
        )
        streams = self._finder.find(records, resources, sender)
        present = sorted(set(streams))
        self._streams.touch(present, request.arrival_ns)
        bodies = self._bodies.texts(records)
        origin = OtlpOrigin(
            records=records,
            resources=resources,
            streams=streams,
            names={stream: self._streams.key(stream) for stream in present},
            bodies=bodies,
            given=self._given_uids,
        )
        if not single:
            origin.repeats = origin.count_repeats(request.seen)
        batch = Batch(
            bodies=bodies,
            times_ns=times,
            timed=timed,
            streams=np.array(streams, dtype=np.int64),
            severities=severities(records),
            sender=sender,
            arrival_ns=request.arrival_ns,
            origin=origin,
            damaged=records.damaged,
        )
        request.before_ns = int(times[-1]) if len(records) else request.before_ns
        self._count(batch)
        return batch

    def _count(self, batch: Batch) -> None:
        self.counters.accepted_records += len(batch)
        self.counters.damaged += len(batch.damaged)
        self.counters.untimed += len(batch) - int(np.count_nonzero(batch.timed))


def _slices(pieces: Iterator[Piece]) -> Iterator[list[_Run]]:
    """Cut pieces up one by one and regroup their records to at most `MAX_RECORDS`."""
    runs: list[_Run] = []
    room = MAX_RECORDS
    for piece in pieces:
        raws = piece.records()
        while len(raws) > room:
            yield [*runs, (piece.resource, raws[:room])]
            raws, runs, room = raws[room:], [], MAX_RECORDS
        if raws:
            runs.append((piece.resource, raws))
            room -= len(raws)
    if runs:
        yield runs
