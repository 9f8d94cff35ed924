"""Builds `Sequences`: gathers sequences one by one, gives them out as flat columns."""

from dataclasses import dataclass, field

import numpy as np

from burl.parse import Catalogue
from burl.receive.batch import Ints, StreamTable
from burl.window.portion import Row, record_of
from burl.window.units import Record, Sequences, Unit

Source = Row | None
"""A flat position's record; None for history, of which none is kept."""


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

    def append_rows(self, rows: list[Row]) -> None:
        """Append held records, one at least, to the sequence being gathered."""
        _, _, times_ns, streams, templates, *_ = zip(*rows, strict=True)
        self.templates += templates
        self.times_ns += times_ns
        self.streams += streams
        self.sources += rows

    def build(self, unit: Unit, catalogue: Catalogue, table: StreamTable) -> Sequences:
        """Return what was gathered."""
        sources = self.sources

        def find(position: int) -> Record:
            source = sources[position]
            if source is None:
                raise IndexError(f"position {position} is history: it has no record")
            return record_of(source)

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
