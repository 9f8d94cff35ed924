"""OTLP/gRPC requests -> batches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct
from burl.receive.batch import Batch, Ints, StreamTable
from burl.receive.bodies import BodyDecoder
from burl.receive.counters import ReceiveCounters
from burl.receive.entries import resource_entries
from burl.receive.given_uids import GivenUids
from burl.receive.order import order_of_time
from burl.receive.origin import OtlpOrigin
from burl.receive.records import Records
from burl.receive.redacted_request import RequestRedactor
from burl.receive.resources import Resources
from burl.receive.settings import ReceiveSettings
from burl.receive.severity import severities
from burl.receive.streams import StreamFinder
from burl.receive.times import event_times
from burl.receive.values import attributes, flatten
from burl.receive.wire import Piece, read_request

MAX_RECORDS = 4096
"""Most records of a batch (design.md, decision 14)."""


_Run = tuple[bytes, list[bytes], int]
"""A serialised Resource, serialised LogRecords of it, and the number of the request they came in."""


@dataclass(slots=True)
class Request:
    """A request whose framing is sound.

    Attributes:
        pieces: its records, which are taken out of them when they are decoded.
        before_ns: event time of its last record given out; the arrival, before the first.
    """

    pieces: Sequence[Piece]
    arrival_ns: int
    before_ns: int


@dataclass(slots=True)
class _Together:
    """What the batches of requests decoded together share.

    Attributes:
        seen: how often each record was given out (`OtlpOrigin.count_repeats`); not used with one batch.
    """

    requests: Sequence[Request]
    seen: dict[int, int] = field(default_factory=dict)

    @property
    def latest_ns(self) -> int:
        """When the last of them arrived."""
        return self.requests[-1].arrival_ns


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
        return self.decode_together([self.read(raw, arrival_ns)], sender)

    def read(self, raw: bytes, arrival_ns: int) -> Request:
        """Return a request to decode; its arguments are those of `decode`. Raises Undecodable."""
        return Request(read_request(raw), arrival_ns, arrival_ns)

    def decode_together(self, requests: Sequence[Request], sender: str) -> Iterator[Batch]:
        """Return the batches of one sender's requests, in the order they came.

        A batch may hold records of several; each record is what it would be had its request come alone.
        """
        return self._batches(sender, _Together(requests))

    def _batches(self, peer: str, together: _Together) -> Iterator[Batch]:
        pieces = ((piece, number) for number, r in enumerate(together.requests) for piece in r.pieces)
        slices = (
            (sender, runs)
            for sender, group in groupby(pieces, lambda each: self._sender(each[0].resource, peer))
            for runs in _slices(group)
        )
        current = next(slices, None)
        single = True
        while current is not None:
            following = next(slices, None)
            single = single and following is None
            yield self._batch(*current, together, single=single)
            current = following

    def _sender(self, resource: bytes, peer: str) -> str:
        name = self._settings.sender_attribute
        if not name:
            return peer
        return flatten(attributes(resource_entries(resource))).get(name) or peer

    def _batch(self, sender: str, runs: Sequence[_Run], together: _Together, *, single: bool) -> Batch:
        resources = Resources.of([(resource, len(raws)) for resource, raws, _ in runs])
        owners = np.repeat([number for *_, number in runs], [len(raws) for _, raws, _ in runs])
        records = Records(_taken(runs))
        if records.damaged:
            resources, owners = resources.take(records.sound), owners[records.sound]
        times, timed = self._times(records, owners, together.requests)
        streams = self._finder.find(records, resources, sender)
        self._streams.touch(distinct(streams).tolist(), together.latest_ns)
        rows = order_of_time(times, streams)
        origin = OtlpOrigin(
            records=records,
            resources=resources,
            owners=owners,
            rows=rows,
            streams=streams[rows],
            key=self._streams.key,
            bodies=self._bodies.texts(records, rows),
            given=self._given_uids,
        )
        if not single:
            origin.repeats = origin.count_repeats(together.seen)
        batch = Batch(
            bodies=origin.bodies,
            times_ns=times[rows],
            timed=timed[rows],
            streams=origin.streams,
            severities=severities(records)[rows],
            sender=sender,
            arrival_ns=together.latest_ns,
            origin=origin,
            damaged=records.damaged,
        )
        self._count(batch)
        return batch

    def _times(
        self, records: Records, owners: Ints, requests: Sequence[Request]
    ) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Return the event times of records, and which are their own, request by request."""
        ahead_ns = int(self._settings.max_ahead_seconds * 1e9)
        times, timed = np.empty(len(owners), dtype=np.int64), np.empty(len(owners), dtype=np.bool_)
        for number, rows in _stretches(owners):
            request = requests[number]
            times[rows], timed[rows] = event_times(
                records.said[rows],
                partial(_observed, records, rows.start),
                latest_ns=request.arrival_ns + ahead_ns,
                before_ns=request.before_ns,
            )
            request.before_ns = int(times[rows.stop - 1])
        return times, timed

    def _count(self, batch: Batch) -> None:
        self.counters.accepted_records += len(batch)
        self.counters.damaged += len(batch.damaged)
        self.counters.untimed += len(batch) - int(np.count_nonzero(batch.timed))


def _taken(runs: Iterable[_Run]) -> list[bytes]:
    """Take the records out of runs, so that nobody keeps them: `Records` holds them as one text.

    Memory let go of at once is still in the processor's cache when it is used again: with Kubernetes
    attributes decoding takes a tenth less (bench/end_to_end.py).
    """
    taken: list[bytes] = []
    for _, raws, _ in runs:
        taken += raws
        raws.clear()
    return taken


def _observed(records: Records, begin: int, row: int) -> int:
    return int(records.observed[begin + row])


def _stretches(owners: Ints) -> Iterator[tuple[int, slice]]:
    """Yield each request's number and the rows of its records, which stand together."""
    edges = [0, *((owners[1:] != owners[:-1]).nonzero()[0] + 1).tolist(), len(owners)]
    for begin, end in pairwise(edges if len(owners) else ()):
        yield int(owners[begin]), slice(begin, end)


def _slices(pieces: Iterator[tuple[Piece, int]]) -> Iterator[list[_Run]]:
    """Cut pieces up one by one and regroup their records to at most `MAX_RECORDS`."""
    runs: list[_Run] = []
    room = MAX_RECORDS
    for piece, number in pieces:
        raws = piece.records()
        while len(raws) > room:
            yield [*runs, (piece.resource, raws[:room], number)]
            raws, runs, room = raws[room:], [], MAX_RECORDS
        if raws:
            runs.append((piece.resource, raws, number))
            room -= len(raws)
    if runs:
        yield runs
