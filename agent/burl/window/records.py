"""Records that are held while a unit that they are in is open: columns, as most are let go unnamed.

A record costs a tenth of what an object of it does, and the garbage collector never looks at it. Who holds
records does so by their *places*; none is given back, but those that nobody holds any more are left behind
when they have come to be the most (`HeldRecords.collect`), as a copying garbage collector does.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct
from burl.receive.batch import Ints
from burl.receive.uid import Held, Uids, uid_of
from burl.window.units import Record

NOWHERE = -1
"""The place of an event whose record is not held."""

Numbers = npt.NDArray[np.int64]
"""Time in nanoseconds, stream, template and severity of each record (n, 4), or more columns."""
TIME_NS, STREAM, TEMPLATE, SEVERITY = range(4)

RecordState = tuple[str, str, int, int, int, int, str, str]
"""The fields of a `Record`."""

_FIRST_ROOM = 1024
_COLUMNS = 6
"""Those, and `Uids.said` and `Uids.ordinals`."""
_RECORD_BYTES = 256
"""What a record takes beside the characters of its body."""
_FEW_BYTES = 2**21
"""So little is never looked through for what may be left behind."""


class Records:
    """Held records as columns; grows, and never changes what is there: a place stays valid for good."""

    def __init__(self) -> None:
        self.size_bytes = 0
        """About what they take."""
        self._numbers: Numbers = np.empty((_FIRST_ROOM, _COLUMNS), dtype=np.int64)
        self._bodies: list[str] = []
        self._labels: list[str | bytes] = []
        """Of `Uids`."""
        self._traces: dict[int, tuple[str, str]] = {}
        """Trace id and span id of those that have one."""

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._bodies)

    def add(self, numbers: Numbers, bodies: Sequence[str], held: Held) -> int:
        """Append records; return the place of the first, which the others follow."""
        first, end = len(self), len(self) + len(bodies)
        if end > len(self._numbers):
            room = np.empty((2 * end, _COLUMNS), dtype=np.int64)
            room[:first] = self._numbers[:first]
            self._numbers = room
        self._numbers[first:end] = np.column_stack((numbers, held.uids.said, held.uids.ordinals))
        self._bodies += bodies
        self._labels += held.uids.labels
        if any(held.trace_ids) or any(held.span_ids):
            traces = zip(held.trace_ids, held.span_ids, strict=True)
            self._traces.update({place: ids for place, ids in enumerate(traces, first) if any(ids)})
        self.size_bytes += sum(map(len, bodies)) + _RECORD_BYTES * len(bodies)
        return first

    def numbers(self, places: Ints) -> Numbers:
        """Return time, stream, template and severity of the records at `places`, and more columns."""
        return self._numbers[places]

    def record(self, place: int) -> Record:
        """Return the record at `place`. Raises IndexError where none is held."""
        if place == NOWHERE:
            raise IndexError("of history no record is held")
        return Record(*self.state(place))

    def body(self, place: int) -> str:
        """Return the text of the record at `place`. Raises IndexError where none is held."""
        if place == NOWHERE:
            raise IndexError("of history no record is held")
        return self._bodies[place]

    def state(self, place: int) -> RecordState:
        """Return the record as msgpack-able values."""
        time_ns, stream, template, severity, said, ordinal = self._numbers[place].tolist()
        body = self._bodies[place]
        uid = uid_of(self._labels[place], said, ordinal, body)
        trace_id, span_id = self._traces.get(place, ("", ""))
        return uid, body, time_ns, stream, template, severity, trace_id, span_id

    def restore(self, states: Iterable[RecordState]) -> list[int]:
        """Append records that `state` gave; return their places."""
        rows = list(states)
        if not rows:
            return []
        uids, bodies, *numbers, trace_ids, span_ids = zip(*rows, strict=True)
        held = Held(Uids.given(uids), trace_ids, span_ids)
        first = self.add(np.asarray(numbers, dtype=np.int64).T, bodies, held)
        return list(range(first, len(self)))

    def take(self, places: Ints) -> "Records":
        """Return the records at `places`, in that order."""
        taken, rows = Records(), places.tolist()
        traces = [self._traces.get(row, ("", "")) for row in rows] if self._traces else []
        trace_ids, span_ids = zip(*traces, strict=True) if traces else ((), ())
        numbers, said, ordinals = np.split(self._numbers[places], (4, 5), axis=1)
        uids = Uids([self._labels[row] for row in rows], said, ordinals)
        taken.add(numbers, [self._bodies[row] for row in rows], Held(uids, trace_ids, span_ids))
        return taken


class HeldRecords:
    """The records that are held now."""

    def __init__(self) -> None:
        self.records = Records()
        """Another object after each collection: what was closed before goes on with the old one."""
        self._due_bytes = 2 * _FEW_BYTES

    @property
    def are_many(self) -> bool:
        """Whether so many were added that it is time to `collect`."""
        return self.records.size_bytes > self._due_bytes

    def collect(self, holders: Iterable[list[int] | Ints]) -> None:
        """Leave behind what nobody holds, if that is half of all.

        The work per record stays the same however many there are: what is held doubles before it is looked
        through again.

        Args:
            holders: lists, or arrays, of all the places that are held; changed to where the records are then.
        """
        lists = list(holders)
        held = sum(map(len, lists))
        if 2 * held <= len(self.records):
            self._leave_behind(lists)
        share = min(held / max(len(self.records), 1), 1.0)
        self._due_bytes = 2 * max(int(share * self.records.size_bytes), _FEW_BYTES)

    def _leave_behind(self, lists: list[list[int] | Ints]) -> None:
        held = np.fromiter(chain.from_iterable(lists), dtype=np.int64)
        kept = distinct(held)
        moved = np.empty(len(self.records), dtype=np.int64)
        moved[kept] = np.arange(len(kept))
        self.records = self.records.take(kept)
        places, at = moved[held].tolist(), 0
        for each in lists:
            each[:] = places[at : (at := at + len(each))]
