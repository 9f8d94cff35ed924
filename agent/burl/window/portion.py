"""A batch as the parts of this room see it: its events as columns, records on demand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from burl.parse import CONTINUATION, Catalogue
from burl.receive.batch import Batch, Ints, StreamTable
from burl.window.units import Events, Record
from burl.window.watermark import Watermarks

Parameters = Callable[[str, int], Sequence[str]]
"""Called as `parameters(body, template)`: the variable parts of a record."""

RecordState = tuple[str, str, int, int, int, int, str, str]


def pack(record: Record) -> RecordState:
    """Return the record as msgpack-able values."""
    return (
        record.uid,
        record.body,
        record.time_ns,
        record.stream,
        record.template,
        record.severity,
        record.trace_id,
        record.span_id,
    )


def unpack(state: RecordState) -> Record:
    """Return the record that `pack` packed."""
    return Record(*state)


@dataclass(slots=True)
class Portion:
    """The events of one batch (records that are no continuations), in order of arrival.

    Attributes:
        positions: where each event stands in the batch.
        watermarks_before, watermarks_after: the sender's watermark around each event's arrival.
    """

    batch: Batch
    positions: Ints
    templates: Ints
    streams: Ints
    services: Ints
    times_ns: Ints
    watermarks_before: Ints
    watermarks_after: Ints
    max_body_chars: int
    _records: dict[int, Record] = field(default_factory=dict)
    _rows: list[tuple[int, int, int, int]] | None = None

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.positions)

    @property
    def rows(self) -> list[tuple[int, int, int, int]]:
        """Return (position, time, stream, template) of each event: plain numbers read faster one by one."""
        if self._rows is None:
            columns = (self.positions, self.times_ns, self.streams, self.templates)
            self._rows = list(zip(*(column.tolist() for column in columns), strict=True))
        return self._rows

    def record(self, event: int) -> Record:
        """Return the record of `event`, the same object each time."""
        known = self._records.get(event)
        if known is None:
            known = self._records[event] = self._make(event)
        return known

    def _make(self, event: int) -> Record:
        batch = self.batch
        position, time_ns, stream, template = self.rows[event]
        origin = batch.origin
        return Record(
            uid=origin.uid(position),
            body=batch.bodies[position][: self.max_body_chars],
            time_ns=time_ns,
            stream=stream,
            template=template,
            severity=int(batch.severities[position]),
            trace_id=origin.trace_id(position),
            span_id=origin.span_id(position),
        )


def portion_of(
    batch: Batch, templates: Ints, streams: StreamTable, watermarks: Watermarks, max_body_chars: int
) -> Portion:
    """Cut the events out of `batch` and move its sender's watermark past it."""
    before, after = watermarks.feed(batch)
    positions = np.flatnonzero(templates != CONTINUATION)
    of_events = batch.streams[positions]
    return Portion(
        batch=batch,
        positions=positions,
        templates=templates[positions],
        streams=of_events,
        services=streams.services_of(of_events),
        times_ns=batch.times_ns[positions],
        watermarks_before=before[positions],
        watermarks_after=after[positions],
        max_body_chars=max_body_chars,
    )


def events_of(portion: Portion | None, catalogue: Catalogue, parameters: Parameters) -> Events:
    """Return the portion as the unit that detectors of events score; empty without a portion."""
    if portion is None:
        none = np.empty(0, dtype=np.int64)
        return Events(catalogue, none, none, none, none, none, _no_record, _no_parameters)
    batch, positions = portion.batch, portion.positions
    return Events(
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


def _no_record(event: int) -> Record:
    raise IndexError(event)


def _no_parameters(event: int) -> Sequence[str]:
    raise IndexError(event)
