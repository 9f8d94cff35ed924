"""A batch as the parts of this room see it: its events as columns, what is held of each as one row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

import numpy as np

from burl.parse import CONTINUATION, Catalogue
from burl.receive.batch import Batch, Ints, StreamTable
from burl.receive.uid import Uid, uid_of
from burl.window.units import Events, Record
from burl.window.watermark import Watermarks

Parameters = Callable[[str, int], Sequence[str]]
"""Called as `parameters(body, template)`: the variable parts of a record."""

Row = tuple[Uid, str, int, int, int, int, str, str]
"""A record while it is held: the fields of `Record`, its uid perhaps not hashed yet.

Most are let go without ever being named, and a tuple of what is there costs a tenth of a `Record`.
"""
TIME_NS: Final = 2
STREAM: Final = 3
"""Where a row has its time and its stream."""

RecordState = tuple[str, str, int, int, int, int, str, str]


def record_of(row: Row) -> Record:
    """Return the record that `row` stands for."""
    return Record(*pack(row))


def pack(row: Row) -> RecordState:
    """Return the record as msgpack-able values."""
    uid, body, time_ns, stream, template, severity, trace_id, span_id = row
    return uid_of(uid, body), body, time_ns, stream, template, severity, trace_id, span_id


def unpack(state: RecordState) -> Row:
    """Return the row of what `pack` packed."""
    return cast("Row", tuple(state))


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
    _rows: dict[int, Row] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.positions)

    def rows(self, events: list[int]) -> list[Row]:
        """Return what is held of these events, the same objects each time.

        Rows are made for many events at once: one by one takes five times as long.
        """
        missing = [event for event in events if event not in self._rows] if self._rows else events
        if missing:
            self._rows.update(zip(missing, self._make(np.asarray(missing)), strict=True))
        return [self._rows[event] for event in events]

    def record(self, event: int) -> Record:
        """Return the record of `event`."""
        return record_of(self.rows([event])[0])

    def _make(self, events: Ints) -> Iterator[Row]:
        batch, at = self.batch, self.positions[events]
        positions = at.tolist()
        held, bodies = batch.origin.held(positions), [batch.bodies[i] for i in positions]
        uids, most = held.uids, self.max_body_chars
        if max(map(len, bodies)) > most:  # the uid is hashed from the whole text
            uids = [
                uid_of(uid, body) if len(body) > most else uid for uid, body in zip(uids, bodies, strict=True)
            ]
            bodies = [body[:most] for body in bodies]
        columns = (self.times_ns[events], self.streams[events], self.templates[events], batch.severities[at])
        numbers = (column.tolist() for column in columns)
        return zip(uids, bodies, *numbers, held.trace_ids, held.span_ids, strict=True)


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
