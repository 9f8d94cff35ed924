"""Builds `Sequences`: gathers sequences one by one, gives them out as flat columns."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from burl.parse import Catalogue
from burl.receive.batch import Ints, StreamTable
from burl.window.units import Record, Sequences, Unit

Source = Record | int | None
"""Where a flat position's record is: kept, an event of the present portion, or nowhere (history)."""


def _ints(values: list[int]) -> Ints:
    return np.asarray(values, dtype=np.int64)


@dataclass(slots=True)
class Ragged:
    """Sequences being gathered: plain lists, as most are short."""

    keys: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    ids: list[list[str]] = field(default_factory=list)
    leads: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=lambda: [0])
    templates: list[int] = field(default_factory=list)
    times_ns: list[int] = field(default_factory=list)
    streams: list[int] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    complete: list[bool] = field(default_factory=list)

    def close(self, key: str, kind: str, ids: list[str], lead: int = 0, *, complete: bool = True) -> None:
        """End a sequence: all that was appended to the flat columns since the last call."""
        self.complete.append(complete)
        self.keys.append(key)
        self.kinds.append(kind)
        self.ids.append(ids)
        self.leads.append(lead)
        self.offsets.append(len(self.templates))

    def append_records(self, records: list[Record]) -> None:
        """Append kept records to the sequence being gathered."""
        self.templates += [record.template for record in records]
        self.times_ns += [record.time_ns for record in records]
        self.streams += [record.stream for record in records]
        self.sources += records

    def build(
        self, unit: Unit, catalogue: Catalogue, table: StreamTable, record: Callable[[int], Record] | None
    ) -> Sequences:
        """Return what was gathered; `record` makes the records of the present portion's events."""
        sources = self.sources

        def find(position: int) -> Record:
            source = sources[position]
            if isinstance(source, Record):
                return source
            if source is None or record is None:
                raise IndexError(f"position {position} is history: it has no record")
            return record(source)

        streams = _ints(self.streams)
        first_judged = _ints(self.offsets[:-1]) + _ints(self.leads)
        return Sequences(
            catalogue=catalogue,
            unit=unit,
            keys=self.keys,
            kinds=self.kinds,
            ids=self.ids,
            services=table.services_of(streams[first_judged]),
            leads=_ints(self.leads),
            offsets=_ints(self.offsets),
            templates=_ints(self.templates),
            times_ns=_ints(self.times_ns),
            streams=streams,
            record=find,
            complete=np.asarray(self.complete, dtype=np.bool_),
        )
