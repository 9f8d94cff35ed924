"""What the window room gives: the units that detectors score.

`Events`: one record each. `Sequences`: windows of a stream, or sessions. `Intervals`: counts in time.
All are columns; templates are indexes into the catalogue they carry.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from burl.parse import Catalogue
from burl.receive.batch import Ints

Unit = Literal["event", "window", "session", "interval"]


Kinds = Callable[[Sequence[int], Sequence[tuple[int, ...]]], Sequence[Hashable]]
"""Called with rows, and the wildcards of each that are read."""


def _no_kinds(rows: Sequence[int], _places: Sequence[tuple[int, ...]]) -> Sequence[Hashable]:
    return [None] * len(rows)


@dataclass(slots=True)
class Record:
    """One log record as an annotation needs it: kept only where it may yet be named by a finding."""

    uid: str
    body: str
    time_ns: int
    stream: int
    template: int
    severity: int = 0
    trace_id: str = ""
    span_id: str = ""


@dataclass(slots=True)
class Events:
    """Records of one batch that are no continuations, in order of arrival; equal-length columns.

    Attributes:
        record: returns record `i` of these events (0-based), made on demand.
        parameters: returns the variable parts of event `i`, in the order of the template's wildcards.
        kinds: returns of each of some events what is equal for those that say the same in some wildcards of
            their template, see `burl.parse.Parser.kinds`; None where only their parameters tell.
        new: True where the template was first seen in this very event by this process (mined online).
    """

    catalogue: Catalogue
    templates: Ints
    streams: Ints
    services: Ints
    times_ns: Ints
    severities: Ints
    record: Callable[[int], Record]
    parameters: Callable[[int], Sequence[str]]
    kinds: Kinds = _no_kinds

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.templates)

    def take(self, rows: Ints) -> "Events":
        """Return the events at `rows`, in that order."""
        return Events(
            self.catalogue,
            self.templates[rows],
            self.streams[rows],
            self.services[rows],
            self.times_ns[rows],
            self.severities[rows],
            lambda i: self.record(int(rows[i])),
            lambda i: self.parameters(int(rows[i])),
            lambda wanted, places: self.kinds(rows[wanted].tolist(), places),
        )


@dataclass(slots=True)
class Sequences:
    """Sequences of templates, ragged: sequence `i` is `[offsets[i]:offsets[i + 1]]` of the flat columns.

    Attributes:
        unit: "window" (a stretch of one stream) or "session" (events that share an id).
        leads: how many events at the head of each sequence are only history: context, never judged.
        keys: what identifies each sequence: the stream's key, or the session's canonical id.
        kinds: the kind of session ("trace", "order", ...), or "window".
        ids: all ids joined in a session, the canonical one first; empty for windows.
        services: service index of each sequence (of its first event, for sessions across services).
        templates, times_ns, streams: flat columns over all sequences. The events of a session stand by
            service (in order of the services' keys), and within a service in order of event time.
        record: returns the record at a flat position; it exists for every position that is no history.
        complete: False for a session that may have begun before the input did, or gone on after it was
            closed: what it lacks says nothing. True for all when not given, and for windows.
        body: what `text` gives, where that costs less than a record.
    """

    catalogue: Catalogue
    unit: Unit
    keys: list[str]
    kinds: list[str]
    ids: list[list[str]]
    services: Ints
    leads: Ints
    offsets: Ints
    templates: Ints
    times_ns: Ints
    streams: Ints
    record: Callable[[int], Record]
    complete: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    body: Callable[[int], str] | None = None

    def __post_init__(self) -> None:
        """Fill in `complete`."""
        if not len(self.complete):
            self.complete = np.ones(len(self.keys), dtype=np.bool_)

    def __len__(self) -> int:
        """Return the number of sequences."""
        return len(self.keys)

    def text(self, position: int) -> str:
        """Return the body of the record at a flat position."""
        return self.record(position).body if self.body is None else self.body(position)

    def take(self, rows: Ints) -> "Sequences":
        """Return the sequences at `rows`, in that order."""
        lengths = self.offsets[rows + 1] - self.offsets[rows]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        flat = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return Sequences(
            catalogue=self.catalogue,
            unit=self.unit,
            keys=[self.keys[row] for row in rows],
            kinds=[self.kinds[row] for row in rows],
            ids=[self.ids[row] for row in rows],
            services=self.services[rows],
            leads=self.leads[rows],
            offsets=offsets,
            templates=self.templates[flat],
            times_ns=self.times_ns[flat],
            streams=self.streams[flat],
            record=lambda position: self.record(int(flat[position])),
            complete=self.complete[rows],
        )


@dataclass(slots=True)
class Intervals:
    """Counts of events per (service, template) in closed intervals of event time, sparse.

    Row `j` says that `counts[j]` events of `templates[j]` of `services[j]` fell into the interval that starts
    at `starts_ns[j]`. `closed` lists every interval start closed, with each service that was alive in it
    (services whose sender's watermark passed it), so that a count that is absent is known to be zero.
    """

    catalogue: Catalogue
    interval_seconds: float
    services: Ints
    templates: Ints
    starts_ns: Ints
    counts: Ints
    closed: list[tuple[int, int]]
    """(service, start_ns) of every closed interval, in order of start."""
    record: Callable[[int], Record]
    """A record of row `j`, one of the later half."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.counts)
