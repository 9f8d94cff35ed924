"""The window room's front: a batch and its templates in, the units that detectors score out."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from burl.parse import Catalogue
from burl.receive.batch import Batch, Ints, StreamTable
from burl.window.closed import ClosedSessions, ClosedWindows
from burl.window.context import BatchContext, Contexts
from burl.window.counted import ClosedIntervals
from burl.window.extract import Extractor
from burl.window.intervals import IntervalCounts
from burl.window.old_states import with_places
from burl.window.portion import Kinds, Parameters, Portion, events_of, portion_of
from burl.window.records import HeldRecords
from burl.window.sessions import Sessions
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.window.streams import StreamWindows
from burl.window.units import Events, Intervals, Sequences
from burl.window.watermark import Watermarks


@dataclass(slots=True)
class _Closed:
    """What a step closed."""

    windows: ClosedWindows = field(default_factory=ClosedWindows)
    sessions: ClosedSessions = field(default_factory=ClosedSessions)
    intervals: ClosedIntervals = field(default_factory=ClosedIntervals)


@dataclass(slots=True)
class Windowed:
    """What one step of the windower gave; any part may be empty.

    Attributes:
        events: the batch's records that are no continuations.
        windows, sessions, intervals: what this step closed.
    """

    events: Events
    windows: Sequences
    sessions: Sequences
    intervals: Intervals
    _portion: Portion | None
    _context: BatchContext | None
    _context_lines: int

    def event_context(self, event: int) -> list[str]:
        """Return the lines before `event` in its stream, the oldest first, continuation lines included.

        Costs nothing for events that it is not called for.
        """
        if self._portion is None or self._context is None:
            return []
        return self._context.lines(int(self._portion.positions[event]))

    def sequence_context(self, sequences: Sequences, position: int) -> list[str]:
        """Return the texts of the sequence's judged records before the flat `position`, the oldest first."""
        row = int(sequences.offsets.searchsorted(position, side="right")) - 1
        first = int(sequences.offsets[row] + sequences.leads[row])
        return list(map(sequences.text, range(max(first, position - self._context_lines), position)))


class Windower:
    """Turns batches into events, windows, sessions and intervals.

    Deterministic: how records are cut into batches changes only when a unit is given out, never what is in
    it, as long as no limit of the settings bites. Not thread-safe: the engine thread owns it.
    """

    def __init__(
        self,
        settings: WindowSettings,
        catalogue: Catalogue,
        streams: StreamTable,
        sessions: SessionSpec | None,
        parameters: Parameters,
        *,
        windows: bool = True,
        kinds: Kinds | None = None,
    ) -> None:
        """Make windows, sessions and intervals.

        Args:
            settings: how events are put together.
            catalogue: the templates.
            streams: who wrote the events.
            sessions: what makes a session; None = no sessions.
            parameters: `parameters(body, template)` = a record's variable parts.
            windows: False where nobody wants windows of streams: then there are none.
            kinds: tells records that say the same, see `Events.kinds`; None: nothing does.
        """
        self._settings = settings
        self._catalogue = catalogue
        self._table = streams
        self._parameters, self._kinds_of = parameters, kinds
        self._held = HeldRecords()
        self._watermarks = Watermarks(settings.max_senders)
        self._windows = StreamWindows(settings)
        self._wants_windows = windows
        self._kinds = [kind.name for kind in sessions.kinds] if sessions else []
        self._sessions = Sessions(settings, sessions or SessionSpec(kinds=()))
        self._extractor = Extractor(sessions, catalogue, parameters) if sessions else None
        self._intervals = IntervalCounts(settings)
        none = _Closed()
        self._no_windows = none.windows.build(catalogue, streams, self._held.records)
        self._no_sessions = none.sessions.build(catalogue, streams, self._held.records)
        self._contexts = Contexts(settings.context_lines, settings.max_body_chars, settings.max_streams)

    def feed(self, batch: Batch, templates: Ints) -> Windowed:
        """Take a batch and the template of each of its records (-1 = it continues the record before it)."""
        closed = _Closed()
        portion = portion_of(
            batch,
            templates,
            self._table,
            self._watermarks,
            max_body_chars=self._settings.max_body_chars,
            records=self._held.records,
        )
        context = self._contexts.feed(batch, portion.batch_by_stream)
        if self._wants_windows:
            self._windows.feed(portion, closed.windows)
        if self._extractor is not None:
            self._sessions.feed(portion, self._extractor.ids(portion), closed.sessions)
        watermark_ns = self._watermarks.get(batch.sender)
        self._intervals.feed(portion, watermark_ns)
        self._expire(batch.sender, watermark_ns, closed)
        return self._give(closed, portion, context)

    def advance(self, now_ns: int) -> Windowed:
        """Let the wall clock move the watermark of idle senders; `now_ns` since the epoch.

        Not to be called while requests are refused, just after a start, or in a replay: then silence means
        nothing.
        """
        closed = _Closed()
        moved = self._watermarks.advance_idle(now_ns, self._settings.idle_after_seconds)
        for sender, watermark_ns in moved.items():
            self._expire(sender, watermark_ns, closed)
        return self._give(closed)

    def flush(self) -> Windowed:
        """Close everything: the end of the input."""
        closed = _Closed()
        self._windows.flush(closed.windows)
        self._sessions.flush(closed.sessions)
        self._intervals.flush(closed.intervals)
        return self._give(closed)

    def counters(self) -> Counter[str]:
        """Return how often each limit bit since the start, by name; late events too."""
        return self._windows.counters + self._sessions.counters + self._intervals.counters

    def _expire(self, sender: str, watermark_ns: int, closed: _Closed) -> None:
        self._windows.expire(sender, watermark_ns, closed.windows)
        self._sessions.expire(sender, watermark_ns, closed.sessions)
        self._intervals.expire(sender, watermark_ns, closed.intervals)

    def _give(
        self, closed: _Closed, portion: Portion | None = None, context: BatchContext | None = None
    ) -> Windowed:
        windowed = Windowed(
            events=events_of(portion, self._catalogue, self._parameters, self._kinds_of),
            windows=self._built_windows(closed.windows),
            sessions=self._built_sessions(closed.sessions),
            intervals=closed.intervals.build(
                self._catalogue, self._held.records, self._settings.interval_seconds
            ),
            _portion=portion,
            _context=context,
            _context_lines=self._settings.context_lines,
        )
        if self._held.are_many:
            self._collect()
        return windowed

    def _collect(self) -> None:
        holders = (self._windows, self._sessions, self._intervals)
        self._held.collect(chain.from_iterable(holder.held() for holder in holders))

    def _built_windows(self, closed: ClosedWindows) -> Sequences:
        if not closed.owners:
            return self._no_windows
        return closed.build(self._catalogue, self._table, self._held.records)

    def _built_sessions(self, closed: ClosedSessions) -> Sequences:
        if not closed.keys:
            return self._no_sessions
        return closed.build(self._catalogue, self._table, self._held.records, self._sessions.begun_ns)

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs, as msgpack-able values. Streams and catalogue are saved apart."""
        self._collect()
        return {
            "kinds": self._kinds,
            "watermarks": self._watermarks.state(),
            "contexts": self._contexts.state(),
            "records": self._held.records.state(),
            "windows": self._windows.state(),
            "sessions": self._sessions.state(),
            "intervals": self._intervals.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from `state` exactly; to be called before anything is fed.

        Sessions of other kinds than this windower's cannot go on: they are left out.
        """
        records = self._held.records
        if "records" in state:
            records.restore(state["records"])
        else:
            state = with_places(state, records)
        self._watermarks.restore(state["watermarks"])
        self._contexts.restore(state["contexts"])
        self._intervals.restore(state["intervals"])
        if self._wants_windows:
            self._windows.restore(state["windows"])
        if state["kinds"] == self._kinds:
            self._sessions.restore(state["sessions"])
