"""A small world for the window room: batches from tuples, templates by the first word of a line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgpack
import numpy as np

from burl.parse import CONTINUATION, Catalogue, Template
from burl.receive import batch
from burl.receive.batch import Batch, Identity, Ints, StreamTable
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.window.units import Sequences
from burl.window.windower import Windowed, Windower

SECOND = 1_000_000_000
EPOCH = 1_700_000_000 * SECOND

Line = tuple[float, int, str]
"""(event time in seconds, number of the stream, body); a leading blank: it continues its record."""


@dataclass
class Origin(batch.Origin):
    """Uids count on over batches, so that a record is the same however its batch was cut."""

    first: int
    traces: Sequence[str] = ()
    fields: Sequence[dict[str, Any]] = ()

    def uid(self, index: int) -> str:
        return f"uid-{self.first + index}"

    def attributes(self, index: int) -> dict[str, Any]:
        return self.fields[index] if self.fields else {}

    def trace_id(self, index: int) -> str:
        return self.traces[index] if self.traces else ""

    def span_id(self, index: int) -> str:  # noqa: ARG002 - the contract's signature
        return ""


def parameters(body: str, template: int) -> tuple[str, ...]:  # noqa: ARG001 - the contract's signature
    """All words after the first are parameters."""
    return tuple(body.split()[1:])


@dataclass
class World:
    """A windower, what it needs, and everything it gave."""

    settings: WindowSettings = field(default_factory=WindowSettings)
    spec: SessionSpec | None = None
    catalogue: Catalogue = field(default_factory=Catalogue)
    table: StreamTable = field(default_factory=StreamTable)
    given: list[Windowed] = field(default_factory=list)
    fed: int = 0

    def __post_init__(self) -> None:
        self.windower = self.fresh()

    def fresh(self) -> Windower:
        return Windower(self.settings, self.catalogue, self.table, self.spec, parameters)

    def template(self, body: str, *, trained: bool = False) -> int:
        if body.startswith(" "):
            return CONTINUATION
        word = body.split(maxsplit=1)[0] if body else ""
        return self.catalogue.add(Template(f"id-{word}", f"{word} <*>", trained=trained))

    def stream(self, number: int) -> int:
        return self.table.add(Identity("shop", f"pod-{number}", "main", f"workload-{number % 3}"))

    def feed(
        self,
        lines: Sequence[Line],
        *,
        timed: bool = True,
        sender: str = "node",
        arrival: float = 0.0,
        origin: Origin | None = None,
    ) -> Windowed:
        batch = Batch(
            bodies=[body for _, _, body in lines],
            times_ns=ints([EPOCH + int(time * SECOND) for time, _, _ in lines]),
            timed=np.full(len(lines), timed),
            streams=ints([self.stream(number) for _, number, _ in lines]),
            severities=ints([9] * len(lines)),
            sender=sender,
            arrival_ns=EPOCH + int(arrival * SECOND),
            origin=origin or Origin(self.fed),
        )
        self.fed += len(lines)
        self.given.append(self.windower.feed(batch, ints([self.template(body) for _, _, body in lines])))
        return self.given[-1]

    def flush(self) -> Windowed:
        self.given.append(self.windower.flush())
        return self.given[-1]

    def restart(self) -> None:
        """Go through a checkpoint: bytes and back, into a new windower."""
        state = msgpack.unpackb(msgpack.packb(self.windower.state()))
        self.windower = self.fresh()
        self.windower.restore(state)

    def sequences(self, unit: Callable[[Windowed], Sequences]) -> list[Any]:
        return [row for windowed in self.given for row in rows(unit(windowed))]


def ints(values: Sequence[int]) -> Ints:
    return np.asarray(values, dtype=np.int64)


def rows(sequences: Sequences) -> list[Any]:
    """Each sequence as (key, kind, ids, service, templates of the history, (uid, time) of the judged)."""
    found = []
    for i, key in enumerate(sequences.keys):
        start, stop = int(sequences.offsets[i]), int(sequences.offsets[i + 1])
        judged = start + int(sequences.leads[i])
        records = [sequences.record(at) for at in range(judged, stop)]
        assert [r.template for r in records] == sequences.templates[judged:stop].tolist()
        assert [r.time_ns for r in records] == sequences.times_ns[judged:stop].tolist()
        assert [r.stream for r in records] == sequences.streams[judged:stop].tolist()
        history = sequences.templates[start:judged].tolist()
        service = int(sequences.services[i])
        found.append(
            (key, sequences.kinds[i], sequences.ids[i], service, history, [(r.uid, r.body) for r in records])
        )
    return found


def windows(windowed: Windowed) -> Sequences:
    return windowed.windows


def sessions(windowed: Windowed) -> Sequences:
    return windowed.sessions


def counts(given: Sequence[Windowed]) -> list[tuple[int, int, int, int, str]]:
    """All interval rows as (start, service, template, count, uid of the first record)."""
    found = []
    for windowed in given:
        closed = windowed.intervals
        for i, start in enumerate(closed.starts_ns.tolist()):
            row = int(closed.services[i]), int(closed.templates[i]), int(closed.counts[i])
            found.append((start, *row, closed.record(i).uid))
    return found
