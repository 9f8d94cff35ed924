"""Counts of events per service and template in intervals of event time."""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import repeat
from operator import itemgetter
from typing import Any

import numpy as np

from burl.distinct import in_order
from burl.fairness import has_fair_claim
from burl.parse import Catalogue
from burl.receive.batch import Ints
from burl.window.pairs import pair_of, service_of, template_of
from burl.window.portion import Portion
from burl.window.records import NOWHERE, Records
from burl.window.settings import WindowSettings
from burl.window.units import Intervals
from burl.window.watermark import NEVER, SECOND_NS


@dataclass(slots=True)
class _Interval:
    """An open interval.

    Attributes:
        rows: of each service and template, as one number, where it stands in the columns.
        counts: how many events.
        shown: the place of the record that shows them: the last of the 1st, 2nd, 4th, 8th ... event. It
            stands in the later half of them. Of a burst it is one of the burst's own; the first is often one
            of those that always come.
        held: how many rows each service has.
    """

    rows: dict[int, int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    held: Counter[int] = field(default_factory=Counter)

    def row(self, pair: int, most: int) -> int | None:
        """Return the row of `pair`; None where it is new, and its service has no claim on one of `most`."""
        row = self.rows.get(pair)
        if row is None and has_fair_claim(self.held[service_of(pair)], len(self.rows), most):
            row = self.put(pair, 0, NOWHERE)
        return row

    def put(self, pair: int, count: int, place: int) -> int:
        """Append the row of `pair`, which has none; return which it is."""
        row = self.rows[pair] = len(self.rows)
        self.counts.append(count)
        self.shown.append(place)
        self.held[service_of(pair)] += 1
        return row

    def columns(self, start_ns: int) -> Iterable[tuple[int, int, int, int]]:
        """Return start, pair, count and place of each row."""
        return zip(repeat(start_ns), self.rows, self.counts, self.shown, strict=False)


@dataclass(slots=True)
class _Sender:
    """What is open of one sender: intervals that hold at least one of its records."""

    last_closed_ns: int = NEVER
    first_ns: int = NEVER
    """Start of the interval in which it was first seen: nobody knows what came before in it."""
    seen_ns: int = NEVER
    """Its watermark by its own records."""
    intervals: dict[int, _Interval] = field(default_factory=dict)
    """By start."""


@dataclass(slots=True)
class ClosedIntervals:
    """Closed intervals being gathered."""

    rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Start, pair of service and template, how many events, and the place of the record that shows them."""
    alive: list[tuple[int, int]] = field(default_factory=list)

    def build(self, catalogue: Catalogue, records: Records, interval_seconds: float) -> Intervals:
        """Return what was gathered, in order of start, service and template."""
        self.rows.sort(key=itemgetter(0, 1))  # of several senders in order of these: a restart moves places
        starts, pairs, counts, places = np.asarray(self.rows, dtype=np.int64).reshape(-1, 4).T
        return Intervals(
            catalogue=catalogue,
            interval_seconds=interval_seconds,
            services=service_of(pairs),
            templates=template_of(pairs),
            starts_ns=starts,
            counts=counts,
            closed=sorted(self.alive, key=lambda pair: (pair[1], pair[0])),
            record=lambda row: records.record(int(places[row])),
        )


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
        pairs = pair_of(portion.services[kept], portion.templates[kept])
        met: tuple[int, int] | None = None
        shown_anew: list[tuple[_Interval, int]] = []
        events: list[int] = []
        order, groups = _grouped(starts, starts // self._length_ns, pairs)
        for start, pair, head, count in groups:
            if met != (start, service := service_of(pair)):
                met = start, service
                self._meet(service, portion.batch.sender, start)
                interval = sender.intervals.setdefault(start, _Interval())
            row = interval.row(pair, self._settings.max_interval_rows)
            if row is None:
                self.counters["uncounted_events"] += count
                continue
            before = interval.counts[row]
            interval.counts[row] += count
            shown = 1 << (before + count).bit_length() - 1
            if shown > before:
                shown_anew.append((interval, row))
                events.append(int(kept[order[head + shown - before - 1]]))
        places = portion.places(np.asarray(events, dtype=np.int64)).tolist()
        for (interval, row), place in zip(shown_anew, places, strict=True):
            interval.shown[row] = place

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
            out.rows += sender.intervals.pop(start).columns(start)
            sender.last_closed_ns = max(sender.last_closed_ns, start)

    def _since_last(self, last_ns: int, start_ns: int) -> list[int]:
        """Return the interval starts to report as closed: `start_ns`, and a short gap before it."""
        gap = (start_ns - last_ns) // self._length_ns - 1
        if last_ns == NEVER or gap > self._settings.max_gap_intervals:
            return [start_ns]
        return list(range(start_ns - gap * self._length_ns, start_ns + 1, self._length_ns))

    def held(self) -> Iterable[list[int]]:
        """Return the places of all records held."""
        return [open_.shown for sender in self._senders.values() for open_ in sender.intervals.values()]

    def state(self, records: Records) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        senders = [
            [
                name,
                sender.last_closed_ns,
                sender.first_ns,
                sender.seen_ns,
                [[start, _pack(interval, records)] for start, interval in sender.intervals.items()],
            ]
            for name, sender in self._senders.items()
        ]
        return [senders, [[service, *known] for service, known in self._services.items()]]

    def restore(self, state: list[Any], records: Records) -> None:
        """Fill empty counts from `state`; what they hold is added to `records`."""
        senders, services = state
        for name, last_closed_ns, first_ns, seen_ns, intervals in senders:
            found = {start: _unpack(packed, records) for start, packed in intervals}
            self._senders[name] = _Sender(last_closed_ns, first_ns, seen_ns, found)
        for service, sender, since_ns in services:
            self._services[service] = (sender, since_ns)


def _grouped(starts: Ints, numbers: Ints, pairs: Ints) -> tuple[Ints, Iterable[tuple[int, int, int, int]]]:
    """Group events of one interval, service and template, in order of these.

    Args:
        starts: start of each event's interval (n).
        numbers: the same as a small number (n).
        pairs: service and template of each (n).

    Returns:
        An order of the events, and start, pair, place in the order of the first, and size of each group.
    """
    order = in_order(template_of(pairs))
    for column in (service_of(pairs), numbers):
        order = order[in_order(column[order])]  # small numbers: `numpy.lexsort` takes ten times as long
    starts, pairs = starts[order], pairs[order]
    is_head = np.ones(len(order), dtype=np.bool_)
    is_head[1:] = (starts[1:] != starts[:-1]) | (pairs[1:] != pairs[:-1])
    heads = is_head.nonzero()[0]
    sizes = np.append(heads, len(order))[1:] - heads
    columns = (starts[heads], pairs[heads], heads, sizes)
    return order, zip(*(column.tolist() for column in columns), strict=True)


def _pack(interval: _Interval, records: Records) -> list[Any]:
    return [
        [service_of(pair), template_of(pair), count, records.state(place)]
        for _, pair, count, place in interval.columns(0)
    ]


def _unpack(packed: list[Any], records: Records) -> _Interval:
    interval = _Interval()
    places = records.restore(shown for *_, shown in packed)
    for (service, template, count, _), place in zip(packed, places, strict=True):
        interval.put(pair_of(service, template), count, place)
    return interval
