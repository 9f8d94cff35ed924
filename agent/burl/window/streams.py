"""Windows of a stream: stretches of new events, each with the events before it as history."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from burl.window.closed import ClosedWindows
from burl.window.groups import Groups, newest_before
from burl.window.portion import Portion
from burl.window.recency import Recency
from burl.window.records import NOWHERE
from burl.window.settings import WindowSettings
from burl.window.watermark import NEVER, SECOND_NS


@dataclass(slots=True)
class _Stream:
    """A stream's open window: `lead` events of history, then the new ones."""

    newest_ns: int = NEVER
    lead: int = 0
    templates: list[int] = field(default_factory=list)
    times_ns: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    """Of the records of the new ones; of history none is held."""


@dataclass(slots=True)
class _Run:
    """The events of a portion, grouped by stream."""

    out: ClosedWindows
    places: list[int]
    templates: list[int]
    times_ns: list[int]
    late: list[bool]
    cuts: list[int]
    """Places where the window before the event ends: the event is late, or its stream had gone silent."""


class StreamWindows:
    """Open windows of all streams; the work per event does not depend on how many streams there are.

    A late event (older than its own stream's newest by more than the slack) is in no window: it closes the
    open one, for the order around it is in doubt. A silent stream's next window keeps its history.
    """

    def __init__(self, settings: WindowSettings) -> None:
        self._settings = settings
        self._slack_ns = int(settings.slack_seconds * SECOND_NS)
        self._idle_ns = int(settings.window_idle_seconds * SECOND_NS)
        self._streams: dict[int, _Stream] = {}
        self._recency = Recency()
        self.counters: Counter[str] = Counter()

    def feed(self, portion: Portion, out: ClosedWindows) -> None:
        """Take the portion's events; append the windows that they close to `out`."""
        if not len(portion):
            return
        groups = portion.by_stream()
        states = [self._state(stream) for stream in groups.values.tolist()]
        run = self._look(portion, groups, states, out)
        touched = portion.watermarks_after[groups.order[groups.ends - 1]].tolist()
        for (stream, start, end), state, watermark_ns in zip(groups.each(), states, touched, strict=True):
            self._take(stream, state, run, start, end)
            self._recency.touch(stream, portion.batch.sender, watermark_ns)
        while len(self._streams) > self._settings.max_streams:
            self.counters["evicted_streams"] += 1
            self._forget(self._recency.oldest(), out)

    def _state(self, stream: int) -> _Stream:
        state = self._streams.get(stream)
        if state is None:
            state = self._streams[stream] = _Stream()
        return state

    def _look(self, portion: Portion, groups: Groups, states: list[_Stream], out: ClosedWindows) -> _Run:
        """Find, for all streams at once, which events are late and where windows end."""
        order = groups.order
        times_ns = portion.times_ns[order]
        timed = portion.batch.timed[portion.positions[order]]
        newest = newest_before(times_ns, timed, groups, [state.newest_ns for state in states])
        after = np.maximum(newest, np.where(timed, times_ns, NEVER))
        for state, newest_ns in zip(states, after[groups.ends - 1].tolist(), strict=True):
            state.newest_ns = newest_ns
        touched = np.empty(len(order), dtype=np.int64)
        touched[1:] = portion.watermarks_after[order[:-1]]
        touched[groups.starts] = [self._touched(stream) for stream in groups.values.tolist()]
        known = newest != NEVER
        late = known & (times_ns < newest - self._slack_ns)
        silent = portion.watermarks_before[order] - self._slack_ns > touched + self._idle_ns
        silent |= known & (times_ns > newest + self._idle_ns)
        self.counters["late_events"] += int(late.sum())
        return _Run(
            out=out,
            places=portion.places(np.arange(len(order)))[order].tolist(),
            templates=portion.templates[order].tolist(),
            times_ns=times_ns.tolist(),
            late=late.tolist(),
            cuts=np.flatnonzero(late | silent).tolist(),
        )

    def _touched(self, stream: int) -> int:
        known = self._recency.touched(stream)
        return -NEVER if known is None else known[1]

    def _take(self, stream: int, state: _Stream, run: _Run, start: int, end: int) -> None:
        """Append one stream's events `[start:end]` to its windows."""
        for cut in run.cuts[bisect_left(run.cuts, start) : bisect_left(run.cuts, end)]:
            self._extend(stream, state, run, start, cut)
            self._close(stream, state, run.out)
            start = cut + 1 if run.late[cut] else cut
        self._extend(stream, state, run, start, end)

    def _extend(self, stream: int, state: _Stream, run: _Run, start: int, end: int) -> None:
        """Append events `[start:end]`, which nothing cuts; emit windows as they fill."""
        while start < end:
            room = self._settings.window_events - (len(state.templates) - state.lead)
            stop = min(end, start + room)
            state.templates += run.templates[start:stop]
            state.times_ns += run.times_ns[start:stop]
            state.places += run.places[start:stop]
            if stop - start == room:
                self._close(stream, state, run.out)
            start = stop

    def _close(self, stream: int, state: _Stream, out: ClosedWindows) -> None:
        """Emit the open window, unless it is empty; its last events become the history of the next."""
        if len(state.templates) == state.lead:
            return
        out.templates += state.templates
        out.times_ns += state.times_ns
        out.places += [NOWHERE] * state.lead
        out.places += state.places
        out.close(stream, state.lead)
        history = max(0, len(state.templates) - self._settings.history_events)
        state.templates = state.templates[history:]
        state.times_ns = state.times_ns[history:]
        state.lead = len(state.templates)
        state.places = []

    def _forget(self, stream: int, out: ClosedWindows) -> None:
        self._close(stream, self._streams.pop(stream), out)
        self._recency.discard(stream)

    def expire(self, sender: str, watermark_ns: int, out: ClosedWindows) -> None:
        """Close the windows of the sender's streams that have been silent for too long."""
        for stream in self._recency.expire(sender, watermark_ns - self._slack_ns - self._idle_ns):
            self._close(stream, self._streams[stream], out)

    def flush(self, out: ClosedWindows) -> None:
        """Close all windows."""
        for stream in self._recency:
            self._close(stream, self._streams[stream], out)

    def held(self) -> Iterable[list[int]]:
        """Return the places of all records held."""
        return [state.places for state in self._streams.values()]

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values: the longest silent stream first."""
        return [
            [stream, self._recency.touched(stream), *_pack(self._streams[stream])] for stream in self._recency
        ]

    def restore(self, state: list[Any]) -> None:
        """Fill empty windows from `state`."""
        for stream, (sender, watermark_ns), newest_ns, lead, templates, times_ns, places in state:
            self._streams[stream] = _Stream(newest_ns, lead, templates, times_ns, places)
            self._recency.touch(stream, sender, watermark_ns)


def _pack(state: _Stream) -> list[Any]:
    return [state.newest_ns, state.lead, state.templates, state.times_ns, state.places]
