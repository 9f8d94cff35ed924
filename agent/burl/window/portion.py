"""A batch as the parts of this room see it: its events as columns, and which of them are held."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from burl.parse import CONTINUATION, Catalogue
from burl.receive.batch import Batch, Ints, StreamTable
from burl.receive.uid import Uids
from burl.window.groups import Groups, group
from burl.window.records import NOWHERE, Records
from burl.window.units import Events, Record
from burl.window.watermark import Watermarks

Parameters = Callable[[str, int], Sequence[str]]
"""Called as `parameters(body, template)`: the variable parts of a record."""
Kinds = Callable[[list[str], Sequence[int], Sequence[tuple[int, ...]]], Sequence[Hashable]]
"""Called with bodies, their templates, and the wildcards of each that are read: see `Events.kinds`."""


@dataclass(slots=True)
class Portion:
    """The events of one batch (records that are no continuations), in order of arrival.

    Attributes:
        positions: where each event stands in the batch.
        watermarks_before, watermarks_after: the sender's watermark around each event's arrival.
        batch_by_stream: where the records of each stream stand in the batch.
        records: where events are held.
    """

    batch: Batch
    positions: Ints
    templates: Ints
    streams: Ints
    services: Ints
    times_ns: Ints
    watermarks_before: Ints
    watermarks_after: Ints
    batch_by_stream: Groups
    max_body_chars: int
    records: Records
    _places: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Hold none."""
        self._places = np.full(len(self.positions), NOWHERE)

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.positions)

    def by_stream(self) -> Groups:
        """Return where the events of each stream are."""
        has_all = len(self) == len(self.batch)
        return self.batch_by_stream if has_all else group(self.streams)

    def places(self, events: Ints) -> Ints:
        """Hold these events, distinct ones; return the place of each, the same each time."""
        missing = events[self._places[events] == NOWHERE]
        if len(missing):
            first = self._hold(missing)
            self._places[missing] = np.arange(first, first + len(missing))
        return self._places[events]

    def record(self, event: int) -> Record:
        """Return the record of `event`."""
        batch, position = self.batch, int(self.positions[event])
        return Record(
            uid=batch.origin.uid(position),
            body=batch.bodies[position][: self.max_body_chars],
            time_ns=int(self.times_ns[event]),
            stream=int(self.streams[event]),
            template=int(self.templates[event]),
            severity=int(batch.severities[position]),
            trace_id=batch.origin.trace_id(position),
            span_id=batch.origin.span_id(position),
        )

    def _hold(self, events: Ints) -> int:
        batch, at = self.batch, self.positions[events]
        positions = at.tolist()
        held, bodies = batch.origin.held(positions), [batch.bodies[i] for i in positions]
        if max(map(len, bodies)) > self.max_body_chars:
            held, bodies = held._replace(uids=self._hashed(held.uids, bodies)), self._cut(bodies)
        columns = (self.times_ns[events], self.streams[events], self.templates[events], batch.severities[at])
        return self.records.add(columns, bodies, held)

    def _hashed(self, uids: Uids, bodies: Sequence[str]) -> Uids:
        """Return the uids, those of bodies that are to be cut hashed: that takes the whole text."""
        long = [row for row, body in enumerate(bodies) if len(body) > self.max_body_chars]
        return uids.hashed(long, [bodies[row] for row in long])

    def _cut(self, bodies: Sequence[str]) -> list[str]:
        return [body[: self.max_body_chars] for body in bodies]


def portion_of(
    batch: Batch,
    templates: Ints,
    streams: StreamTable,
    watermarks: Watermarks,
    *,
    max_body_chars: int,
    records: Records,
) -> Portion:
    """Cut the events out of `batch` and move its sender's watermark past it."""
    before, after = watermarks.feed(batch)
    positions = np.flatnonzero(templates != CONTINUATION)
    by_stream = group(batch.streams)
    services = np.empty(len(batch), dtype=np.int64)
    services[by_stream.order] = streams.services_of(by_stream.values).repeat(by_stream.sizes)
    return Portion(
        batch=batch,
        positions=positions,
        templates=templates[positions],
        streams=batch.streams[positions],
        services=services[positions],
        times_ns=batch.times_ns[positions],
        watermarks_before=before[positions],
        watermarks_after=after[positions],
        batch_by_stream=by_stream,
        max_body_chars=max_body_chars,
        records=records,
    )


def events_of(
    portion: Portion | None, catalogue: Catalogue, parameters: Parameters, kinds: Kinds | None = None
) -> Events:
    """Return the portion as the unit that detectors of events score; empty without a portion."""
    if portion is None:
        none = np.empty(0, dtype=np.int64)
        return Events(catalogue, none, none, none, none, none, _no_record, _no_parameters)
    batch, positions = portion.batch, portion.positions
    events = Events(
        catalogue=catalogue,
        templates=portion.templates,
        streams=portion.streams,
        services=portion.services,
        times_ns=portion.times_ns,
        severities=batch.severities[positions],
        record=portion.record,
        parameters=lambda event: parameters(
            batch.bodies[int(positions[event])], int(portion.templates[event])
        ),
    )
    if kinds is not None:
        events.kinds = lambda rows, places: kinds(
            [batch.bodies[at] for at in positions[rows].tolist()], portion.templates[rows].tolist(), places
        )
    return events


def _no_record(event: int) -> Record:
    raise IndexError(event)


def _no_parameters(event: int) -> Sequence[str]:
    raise IndexError(event)
