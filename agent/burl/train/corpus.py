"""What detectors learn from: records that went through receive, parse and window, cut by time.

The head is fitted on; the tail, kept out of mining and fitting, calibrates (design.md, decision 9).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from burl.parse import Catalogue
from burl.receive.batch import StreamTable
from burl.window import Events, Intervals, Record, Sequences, Unit
from burl.window.windower import Windowed


def concatenate(parts: Sequence[Sequences]) -> Sequences:
    """Return all sequences of `parts` as one; at least one part, all of one unit and catalogue."""
    bases = np.cumsum([0] + [len(part.templates) for part in parts])

    def record(position: int) -> Record:
        part = int(bases.searchsorted(position, side="right")) - 1
        return parts[part].record(position - int(bases[part]))

    ends = [part.offsets[1:] + base for part, base in zip(parts, bases[:-1], strict=True)]
    return Sequences(
        catalogue=parts[0].catalogue,
        unit=parts[0].unit,
        keys=[key for part in parts for key in part.keys],
        kinds=[kind for part in parts for kind in part.kinds],
        ids=[ids for part in parts for ids in part.ids],
        services=np.concatenate([part.services for part in parts]),
        leads=np.concatenate([part.leads for part in parts]),
        offsets=np.concatenate([np.zeros(1, dtype=np.int64), *ends]),
        templates=np.concatenate([part.templates for part in parts]),
        times_ns=np.concatenate([part.times_ns for part in parts]),
        streams=np.concatenate([part.streams for part in parts]),
        record=record,
        complete=np.concatenate([part.complete for part in parts]),
    )


def end_times(sequences: Sequences) -> npt.NDArray[np.int64]:
    """Return the event time of the last event of each sequence."""
    return sequences.times_ns[sequences.offsets[1:] - 1]


@dataclass(slots=True)
class Corpus:
    """Units of training data; satisfies `burl.detect.Corpus`. Times are made up where it is not `timed`."""

    catalogue: Catalogue
    streams: StreamTable
    event_slices: list[Events] = field(default_factory=list)
    windows: Sequences | None = None
    sessions: Sequences | None = None
    interval_slices: list[Intervals] = field(default_factory=list)
    unit_labels: dict[Unit, npt.NDArray[np.bool_]] = field(default_factory=dict)
    timed: bool = True

    def span_seconds(self) -> float:
        """Event time from the first record to the last."""
        if not self.event_slices:
            return 0.0
        first = min(int(part.times_ns.min()) for part in self.event_slices)
        return (max(int(part.times_ns.max()) for part in self.event_slices) - first) / 1e9

    def events(self) -> list[Events]:
        """All records, in slices, in order of event time."""
        return self.event_slices

    def sequences(self, unit: Unit) -> Sequences:
        """All windows or all sessions. Raises ValueError when there are none."""
        found = self.windows if unit == "window" else self.sessions
        if found is None:
            raise ValueError(f"the corpus holds no {unit}s")
        return found

    def intervals(self) -> list[Intervals]:
        """All closed intervals, in order."""
        return self.interval_slices

    def count(self, unit: Unit) -> int:
        """How many units of a kind there are."""
        if unit == "event":
            return sum(map(len, self.event_slices))
        if unit == "interval":
            return sum(len(part.closed) for part in self.interval_slices)
        found = self.windows if unit == "window" else self.sessions
        return 0 if found is None else len(found)

    def labels(self, unit: Unit) -> npt.NDArray[np.bool_] | None:
        """True where a unit is anomalous; None where nobody labelled them."""
        return self.unit_labels.get(unit)


def split(steps: Iterable[Windowed], catalogue: Catalogue, streams: StreamTable, at_ns: int) -> "Split":
    """Return the corpus before `at_ns` and the one from then on, by the time at which each unit ended."""
    head, tail = Corpus(catalogue, streams), Corpus(catalogue, streams)
    windows, sessions = [], []
    for step in steps:
        _split_events(step.events, at_ns, head, tail)
        _split_intervals(step.intervals, at_ns, head, tail)
        windows.append(step.windows)
        sessions.append(step.sessions)
    head.windows, tail.windows = _split_sequences(windows, at_ns)
    head.sessions, tail.sessions = _split_sequences(sessions, at_ns)
    return Split(head, tail)


@dataclass(frozen=True, slots=True)
class Split:
    """A corpus to fit on and one to calibrate on."""

    fit: Corpus
    holdout: Corpus


def _split_events(events: Events, at_ns: int, head: Corpus, tail: Corpus) -> None:
    early = events.times_ns < at_ns
    for corpus, rows in ((head, np.flatnonzero(early)), (tail, np.flatnonzero(~early))):
        if len(rows):
            corpus.event_slices.append(events if len(rows) == len(events) else events.take(rows))


def _split_intervals(intervals: Intervals, at_ns: int, head: Corpus, tail: Corpus) -> None:
    early = intervals.starts_ns < at_ns
    for corpus, mask, wanted in ((head, early, True), (tail, ~early, False)):
        closed = [pair for pair in intervals.closed if (pair[1] < at_ns) == wanted]
        if closed or mask.any():
            corpus.interval_slices.append(_take_intervals(intervals, np.flatnonzero(mask), closed))


def _take_intervals(
    intervals: Intervals, rows: npt.NDArray[np.int64], closed: list[tuple[int, int]]
) -> Intervals:
    return Intervals(
        catalogue=intervals.catalogue,
        interval_seconds=intervals.interval_seconds,
        services=intervals.services[rows],
        templates=intervals.templates[rows],
        starts_ns=intervals.starts_ns[rows],
        counts=intervals.counts[rows],
        closed=closed,
        record=lambda row: intervals.record(int(rows[row])),
    )


def _split_sequences(parts: list[Sequences], at_ns: int) -> tuple[Sequences, Sequences]:
    whole = concatenate(parts)
    early = end_times(whole) < at_ns
    return whole.take(np.flatnonzero(early)), whole.take(np.flatnonzero(~early))
