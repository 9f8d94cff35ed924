"""A small seeded corpus with a known normal behaviour, and anomalies of the kinds that detectors look for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from burl.parse import Catalogue, Template, template_id
from burl.receive.batch import Identity, Ints, StreamTable
from burl.window import Events, Intervals, Record, Sequences, Unit

INTERVAL_SECONDS = 10.0
START_NS = 1_800_000_000_000_000_000
"""Event time of the first record; a multiple of the interval."""

_SECOND_NS = 1_000_000_000
_INTERVAL_NS = int(INTERVAL_SECONDS) * _SECOND_NS
_SLICE = 512
_HISTORY = 10
"""History at the head of a window, and how many events of it are judged."""
_SESSION_EVERY_SECONDS = 2.0
_BURST = 40

_FLOW = (
    "order <*> received from customer <*>",
    "stock of order <*> checked in <*> ms",
    "order <*> reserved in warehouse <*>",
    "payment of order <*> authorised amount <*>",
    "label of order <*> printed",
    "order <*> shipped",
)
_BACKGROUND = (
    "heartbeat of worker <*> took <*> ms",
    "select on table orders took <*> ms",
    "checkpoint complete wrote <*> buffers",
)
_ODD = (
    "ERROR connection to database refused after <*> ms",
    "FATAL disk full while writing order <*>",
    "panic unexpected state <*> in scheduler",
)
_STREAMS = tuple(
    Identity("shop", f"{workload}-0", workload, workload, {"service.name": workload})
    for workload in ("api", "worker", "db")
)


@dataclass(slots=True)
class _Line:
    time_ns: int
    stream: int
    text: str
    order: str = ""
    odd: bool = False
    displaced: bool = False


@dataclass(slots=True)
class SyntheticCorpus:
    """Implements `burl.detect.Corpus`. Made by `synthetic_corpus`.

    Events are labelled that were never seen before, windows also for events out of place, sessions and
    intervals for whatever went wrong in them. Labels of the unit "interval" are aligned with the `closed`
    lists of `intervals()`, one after another.
    """

    catalogue: Catalogue
    streams: StreamTable
    lines: list[_Line]
    seconds: float
    odd_orders: set[str] = field(default_factory=set)
    odd_intervals: set[tuple[int, int]] = field(default_factory=set)

    _templates: Ints = field(init=False, repr=False)
    _times_ns: Ints = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Look each text up once."""
        distinct = {line.text for line in self.lines}
        texts = {text: self.catalogue.index(template_id(text, "synthetic")) for text in distinct}
        self._templates = np.array([texts[line.text] for line in self.lines], dtype=np.int64)
        self._times_ns = np.array([line.time_ns for line in self.lines], dtype=np.int64)

    def events(self) -> list[Events]:
        """All records, in slices of at most 512, in order of event time."""
        return [self._events(i, i + _SLICE) for i in range(0, len(self.lines), _SLICE)]

    def sequences(self, unit: Unit) -> Sequences:
        """All orders ("session"), or windows of each stream: 10 events of history, then 10 judged."""
        return self._sequences(self._orders() if unit == "session" else self._windows(), unit)

    def intervals(self) -> list[Intervals]:
        """All closed intervals of 10 s, each of the three services alive in each, one object per interval."""
        count = int(np.ceil(self.seconds / INTERVAL_SECONDS))
        return [self._interval(START_NS + i * _INTERVAL_NS) for i in range(count)]

    def labels(self, unit: Unit) -> npt.NDArray[np.bool_]:
        """True where a unit is anomalous."""
        if unit == "event":
            return np.array([line.odd for line in self.lines])
        if unit == "interval":
            closed = [pair for intervals in self.intervals() for pair in intervals.closed]
            return np.array([pair in self.odd_intervals for pair in closed])
        if unit == "session":
            return np.array([self.lines[rows[0]].order in self.odd_orders for rows, _ in self._orders()])
        return np.array(
            [
                any(self.lines[i].odd or self.lines[i].displaced for i in rows[lead:])
                for rows, lead in self._windows()
            ]
        )

    def template(self, line: int) -> int:
        """Return the catalogue index of a line."""
        return int(self._templates[line])

    def _record(self, line: int) -> Record:
        entry = self.lines[line]
        body = entry.text.replace("<*>", str(line))
        return Record(f"uid-{line}", body, entry.time_ns, entry.stream, self.template(line))

    def _column(self, rows: list[int], name: str) -> Ints:
        return np.array([getattr(self.lines[i], name) for i in rows], dtype=np.int64)

    def _events(self, start: int, stop: int) -> Events:
        rows = list(range(start, min(stop, len(self.lines))))
        streams = self._column(rows, "stream")
        return Events(
            catalogue=self.catalogue,
            templates=self._templates[rows],
            streams=streams,
            services=self.streams.services_of(streams),
            times_ns=self._column(rows, "time_ns"),
            severities=np.zeros(len(rows), dtype=np.int64),
            record=lambda i: self._record(start + i),
            parameters=lambda i: [str(10 + (start + i) % 7)] * self.lines[start + i].text.count("<*>"),
        )

    def _orders(self) -> list[tuple[list[int], int]]:
        orders: dict[str, list[int]] = {}
        for row, line in enumerate(self.lines):
            if line.order:
                orders.setdefault(line.order, []).append(row)
        return [(rows, 0) for rows in orders.values()]

    def _windows(self) -> list[tuple[list[int], int]]:
        windows = []
        for stream in range(len(_STREAMS)):
            rows = [i for i, line in enumerate(self.lines) if line.stream == stream]
            for start in range(0, len(rows), _HISTORY):
                head = max(0, start - _HISTORY)
                windows.append((rows[head : start + _HISTORY], start - head))
        return windows

    def _sequences(self, members: list[tuple[list[int], int]], unit: Unit) -> Sequences:
        flat = [row for rows, _ in members for row in rows]
        streams = self._column(flat, "stream")
        firsts = np.array([self.lines[rows[0]].stream for rows, _ in members], dtype=np.int64)
        is_session = unit == "session"
        keys = [
            self.lines[rows[0]].order if is_session else _STREAMS[self.lines[rows[0]].stream].stream
            for rows, _ in members
        ]
        return Sequences(
            catalogue=self.catalogue,
            unit=unit,
            keys=keys,
            kinds=["order" if is_session else "window"] * len(members),
            ids=[[key] if is_session else [] for key in keys],
            services=self.streams.services_of(firsts),
            leads=np.array([lead for _, lead in members], dtype=np.int64),
            offsets=np.cumsum([0, *(len(rows) for rows, _ in members)], dtype=np.int64),
            templates=self._templates[flat],
            times_ns=self._column(flat, "time_ns"),
            streams=streams,
            record=lambda position: self._record(flat[position]),
        )

    def _interval(self, start_ns: int) -> Intervals:
        first: dict[tuple[int, int], int] = {}
        counts: dict[tuple[int, int], int] = {}
        begin, end = np.searchsorted(self._times_ns, (start_ns, start_ns + _INTERVAL_NS)).tolist()
        for row in range(begin, end):
            key = (self.lines[row].stream, self.template(row))
            first.setdefault(key, row)
            counts[key] = counts.get(key, 0) + 1
        keys = sorted(counts)
        return Intervals(
            catalogue=self.catalogue,
            interval_seconds=INTERVAL_SECONDS,
            services=np.array([service for service, _ in keys], dtype=np.int64),
            templates=np.array([template for _, template in keys], dtype=np.int64),
            starts_ns=np.full(len(keys), start_ns, dtype=np.int64),
            counts=np.array([counts[key] for key in keys], dtype=np.int64),
            closed=[(service, start_ns) for service in range(len(_STREAMS))],
            record=lambda j: self._record(first[keys[j]]),
        )


def synthetic_corpus(seed: int, *, orders: int = 300, anomalous: float = 0.0) -> SyntheticCorpus:
    """Return a corpus of `orders` orders over three services, 2 s apart.

    Args:
        seed: equal seeds give equal corpora; the order of the catalogue, too, depends on it.
        orders: how many sessions.
        anomalous: share of orders that go wrong (a step left out, steps in a wrong order, or a line never
            seen before in their midst), and of intervals in which a burst or a silence happens.
    """
    rng = np.random.default_rng(seed)
    seconds = orders * _SESSION_EVERY_SECONDS
    lines = _background(rng, seconds)
    odd_intervals = _disturb(rng, lines, seconds, anomalous)
    odd_orders: set[str] = set()
    for number in range(orders):
        steps = _steps(rng)
        if rng.random() < anomalous:
            steps = _spoilt(rng, steps)
            odd_orders.add(f"order-{number}")
        lines += _order(rng, number, steps)
    lines.sort(key=lambda line: line.time_ns)
    texts = rng.permutation([*_FLOW, *_BACKGROUND, *(_ODD if anomalous else ())]).tolist()
    return SyntheticCorpus(_catalogue(texts), _streams(), lines, seconds, odd_orders, odd_intervals)


def reworded(corpus: SyntheticCorpus, change: Callable[[str], str]) -> SyntheticCorpus:
    """Return the same corpus with other texts, so with other templates; labels stay."""
    lines = [replace(line, text=change(line.text)) for line in corpus.lines]
    return replace(corpus, lines=lines, catalogue=_catalogue(dict.fromkeys(line.text for line in lines)))


def flooded(templates: int) -> SyntheticCorpus:
    """Return a corpus of one service in which each line is of a template of its own, 100 a second."""
    every_ns = _SECOND_NS // 100
    lines = [
        _Line(START_NS + i * every_ns, 1, f"{i:x} flood {i % 977} {i}", f"{i // 10}")
        for i in range(templates)
    ]
    return SyntheticCorpus(_catalogue(line.text for line in lines), _streams(), lines, templates / 100)


def _catalogue(texts: Iterable[str]) -> Catalogue:
    catalogue = Catalogue()
    for text in texts:
        catalogue.add(Template(template_id(text, "synthetic"), text, trained=text not in _ODD))
    return catalogue


def _streams() -> StreamTable:
    streams = StreamTable()
    for identity in _STREAMS:
        streams.add(identity)
    return streams


def _steps(rng: np.random.Generator) -> list[tuple[str, bool]]:
    checked = [_FLOW[1]] * int(rng.integers(1, 3))
    return [(text, False) for text in (_FLOW[0], *checked, *_FLOW[2:])]


def _spoilt(rng: np.random.Generator, steps: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    middle = int(rng.integers(1, len(steps) - 2))
    how = int(rng.integers(3))
    if how == 0:
        return [*steps[:middle], (steps[middle + 2][0], True), *steps[middle + 3 :]]
    if how == 1:
        return [steps[0], *((text, True) for text, _ in reversed(steps[1:]))]
    return [*steps[:middle], (str(rng.choice(_ODD)), True), *steps[middle:]]


def _order(rng: np.random.Generator, number: int, steps: list[tuple[str, bool]]) -> list[_Line]:
    time_ns = START_NS + int(number * _SESSION_EVERY_SECONDS * _SECOND_NS)
    lines = []
    for text, displaced in steps:
        is_odd = text in _ODD
        lines.append(
            _Line(time_ns, int(text in _FLOW[2:]), text, f"order-{number}", is_odd, displaced and not is_odd)
        )
        time_ns += int(rng.integers(1, 60)) * 1_000_000
    return lines


def _background(rng: np.random.Generator, seconds: float) -> list[_Line]:
    lines = []
    for stream, (text, per_second) in enumerate(zip(_BACKGROUND, (1.0, 2.0, 0.5), strict=True)):
        times = np.sort(rng.uniform(0, seconds, rng.poisson(seconds * per_second)))
        lines += [_Line(START_NS + int(t * _SECOND_NS), stream, text) for t in times.tolist()]
    return lines


def _disturb(
    rng: np.random.Generator, lines: list[_Line], seconds: float, share: float
) -> set[tuple[int, int]]:
    """Put bursts into, and silences over, some intervals of the busiest stream; return (service, start)."""
    disturbed = set()
    for number in range(int(seconds / INTERVAL_SECONDS)):
        start = START_NS + number * _INTERVAL_NS
        if rng.random() >= share or (1, start - _INTERVAL_NS) in disturbed:
            continue
        disturbed.add((1, start))
        if rng.random() < 0.5:  # even odds
            lines[:] = [line for line in lines if line.stream != 1 or (line.time_ns - start) // _INTERVAL_NS]
        else:
            times = start + np.arange(_BURST) * (_INTERVAL_NS // _BURST)
            lines += [_Line(t, 1, _BACKGROUND[1]) for t in times.tolist()]
    return disturbed
