"""Counts of events per service and template in intervals of event time."""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from burl.receive.batch import Ints
from burl.window.counted import Cells, ClosedIntervals, OpenInterval, cells_of
from burl.window.portion import Portion
from burl.window.records import NOWHERE
from burl.window.settings import WindowSettings
from burl.window.watermark import NEVER, SECOND_NS


@dataclass(slots=True)
class _Sender:
    """What is open of one sender: intervals that hold at least one of its records."""

    last_closed_ns: int = NEVER
    first_ns: int = NEVER
    """Start of the interval in which it was first seen: nobody knows what came before in it."""
    seen_ns: int = NEVER
    """Its watermark by its own records."""
    intervals: dict[int, OpenInterval] = field(default_factory=dict)
    """By start."""


class IntervalCounts:
    """Open intervals. One closes when the watermark, less the slack, has passed its end.

    A service is counted by the watermark of the sender that brought it last. An interval in which no stream
    of a sender wrote is a pause of the sender and judges nobody, unless it is a short gap
    (`max_gap_intervals`) between intervals in which some stream did: then all its services are known to have
    been silent. Nor do its first and its last interval judge anybody, which were not watched from end to end.
    So neither the wall clock nor a jump in time makes silence.
    """

    def __init__(self, settings: WindowSettings) -> None:
        self._settings = settings
        self._length_ns = int(settings.interval_seconds * SECOND_NS)
        self._slack_ns = int(settings.slack_seconds * SECOND_NS)
        self._senders: dict[str, _Sender] = {}
        self._services: OrderedDict[int, tuple[str, int]] = OrderedDict()
        """Of each service: its sender, and the start of the first interval it was seen in."""
        self.counters: Counter[str] = Counter()

    def feed(self, portion: Portion, watermark_ns: int) -> None:
        """Count the portion's events; `expire` closes the intervals that they end.

        `watermark_ns` is the sender's, after this portion.
        """
        name = portion.batch.sender
        sender = self._senders.pop(name, None) or _Sender()
        self._senders[name] = sender
        if len(self._senders) > self._settings.max_senders:
            self.counters["evicted_senders"] += 1
            del self._senders[next(iter(self._senders))]
        starts = portion.times_ns - portion.times_ns % self._length_ns
        late = starts + self._length_ns <= portion.watermarks_before - self._slack_ns
        late |= starts <= sender.last_closed_ns
        self.counters["late_interval_events"] += int(late.sum())
        kept = np.flatnonzero(~late)
        sender.seen_ns = watermark_ns
        if len(kept):
            if sender.first_ns == NEVER:
                sender.first_ns = int(starts[kept[0]])
            self._count(portion, kept, starts[kept], sender)

    def _count(self, portion: Portion, kept: Ints, starts: Ints, sender: _Sender) -> None:
        services, templates = portion.services[kept], portion.templates[kept]
        order, cells = cells_of(starts, self._length_ns, services, templates)
        for start_ns, service in cells.each_service():
            self._meet(service, portion.batch.sender, start_ns)
        cells = self._with_room(cells, sender)
        found = [(sender.intervals[start_ns], where) for start_ns, where in cells.each_interval()]
        before = np.empty(len(cells.sizes), dtype=np.int64)
        for interval, where in found:
            before[where] = interval.count(cells.pairs[where], cells.sizes[where])
        shown = 1 << np.frexp(before + cells.sizes)[1].astype(np.int64) - 1
        anew = (shown > before).nonzero()[0]
        places = np.full(len(shown), NOWHERE)
        places[anew] = portion.places(kept[order[(cells.heads + shown - before - 1)[anew]]])
        for interval, where in found:
            interval.show(cells.pairs[where], places[where])

    def _with_room(self, cells: Cells, sender: _Sender) -> Cells:
        """Return the cells that have room in their intervals; of others the events are not counted."""
        taken = np.empty(len(cells.starts), dtype=np.bool_)
        for start_ns, where in cells.each_interval():
            interval = sender.intervals.setdefault(start_ns, OpenInterval())
            taken[where] = interval.claim(cells.pairs[where], self._settings.max_interval_rows)
        if taken.all():
            return cells
        self.counters["uncounted_events"] += int(cells.sizes[~taken].sum())
        return Cells(*(column[taken] for column in cells))

    def _meet(self, service: int, sender: str, start_ns: int) -> None:
        since_ns = self._services.pop(service, (sender, start_ns))[1]
        self._services[service] = (sender, min(since_ns, start_ns))
        if len(self._services) > self._settings.max_services:
            self.counters["evicted_services"] += 1
            self._services.popitem(last=False)

    def expire(self, name: str, watermark_ns: int, out: ClosedIntervals) -> None:
        """Close the sender's intervals that its watermark, less the slack, has passed."""
        sender = self._senders.get(name)
        if sender is None:
            return
        limit_ns = watermark_ns - self._slack_ns - self._length_ns
        due = sorted(start for start in sender.intervals if start <= limit_ns)
        excess = len(sender.intervals) - len(due) - self._settings.max_open_intervals
        if excess > 0:
            self.counters["evicted_intervals"] += excess
            due = sorted(sender.intervals)[: len(due) + excess]
        self._close(name, sender, due, out)

    def flush(self, out: ClosedIntervals) -> None:
        """Close all intervals."""
        for name, sender in self._senders.items():
            self._close(name, sender, sorted(sender.intervals), out)

    def _close(self, name: str, sender: _Sender, due: list[int], out: ClosedIntervals) -> None:
        if not due:
            return
        services = [(service, since) for service, (of, since) in self._services.items() if of == name]
        for start in due:
            for alive in self._since_last(sender.last_closed_ns, start):
                if sender.first_ns < alive <= sender.seen_ns - self._length_ns:
                    out.alive += [(service, alive) for service, since in services if since <= alive]
            out.intervals.append((start, sender.intervals.pop(start)))
            sender.last_closed_ns = max(sender.last_closed_ns, start)

    def _since_last(self, last_ns: int, start_ns: int) -> list[int]:
        """Return the interval starts to report as closed: `start_ns`, and a short gap before it."""
        gap = (start_ns - last_ns) // self._length_ns - 1
        if last_ns == NEVER or gap > self._settings.max_gap_intervals:
            return [start_ns]
        return list(range(start_ns - gap * self._length_ns, start_ns + 1, self._length_ns))

    def held(self) -> Iterable[Ints]:
        """Return the places of all records held."""
        return [open_.shown for sender in self._senders.values() for open_ in sender.intervals.values()]

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        senders = [
            [
                name,
                sender.last_closed_ns,
                sender.first_ns,
                sender.seen_ns,
                [[start, interval.state()] for start, interval in sender.intervals.items()],
            ]
            for name, sender in self._senders.items()
        ]
        return [senders, [[service, *known] for service, known in self._services.items()]]

    def restore(self, state: list[Any]) -> None:
        """Fill empty counts from `state`."""
        senders, services = state
        for name, last_closed_ns, first_ns, seen_ns, intervals in senders:
            found = {start: OpenInterval.restored(packed) for start, packed in intervals}
            self._senders[name] = _Sender(last_closed_ns, first_ns, seen_ns, found)
        for service, sender, since_ns in services:
            self._services[service] = (sender, since_ns)
