"""Records that are held while a unit that they are in is open: columns, as most are let go unnamed.

A record costs a tenth of what an object of it does, and the garbage collector never looks at it. Who holds
records does so by their *places*, which rise with the order in which they were taken in. None is given back,
but those that nobody holds any more are left behind when they have become many (`HeldRecords.collect`), as a
copying garbage collector does.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, compress
from typing import Any

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints
from burl.receive.uid import Held, Uids, uid_of
from burl.window.units import Record

NOWHERE = -1
"""The place of an event whose record is not held."""

Columns = npt.NDArray[np.int64]
"""Time in nanoseconds, stream, template and severity of records (4, n); more rows may follow."""
TIME_NS, STREAM, TEMPLATE, SEVERITY, SAID, ORDINAL = range(6)
"""The last two are `Uids.said` and `Uids.ordinals`."""

RecordState = tuple[str, str, int, int, int, int, str, str]
"""The fields of a `Record`."""

_FIRST_ROOM = 1024
_GROWTH = 1.5
"""How much more is held before it is looked through again."""
_RECORD_BYTES = 256
"""What a record takes beside the characters of its body."""
_FEW_BYTES = 2**21
"""So little is never looked through for what may be left behind."""
_STATE_TYPE = "<i8"


class Records:
    """Held records as columns; grows, and never changes what is there: a place stays valid for good."""

    def __init__(self) -> None:
        self.size_bytes = 0
        """About what they take."""
        self._columns: Columns = np.empty((ORDINAL + 1, _FIRST_ROOM), dtype=np.int64)
        self._bodies: list[str] = []
        self._labels: list[str | bytes] = []
        """Of `Uids`."""
        self._traces: dict[int, tuple[str, str]] = {}
        """Trace id and span id of those that have one."""

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._bodies)

    def add(self, columns: Sequence[Ints], bodies: Sequence[str], held: Held) -> int:
        """Append records; return the place of the first, which the others follow.

        Args:
            columns: time in nanoseconds, stream, template and severity of each.
            bodies: their texts.
            held: what else is kept of them.
        """
        first, uids = len(self), held.uids
        self._append((*columns, uids.said, uids.ordinals), bodies, uids.labels)
        self.size_bytes += sum(map(len, bodies)) + _RECORD_BYTES * len(bodies)
        if any(held.trace_ids) or any(held.span_ids):
            traces = zip(held.trace_ids, held.span_ids, strict=True)
            self._traces.update({place: ids for place, ids in enumerate(traces, first) if any(ids)})
        return first

    def _append(self, columns: Iterable[Ints], bodies: Sequence[str], labels: Sequence[str | bytes]) -> None:
        first, end = len(self), len(self) + len(bodies)
        if end > self._columns.shape[1]:
            room = np.empty((ORDINAL + 1, int(_GROWTH * end)), dtype=np.int64)
            room[:, :first] = self._columns[:, :first]
            self._columns = room
        for row, column in zip(self._columns, columns, strict=True):
            row[first:end] = column
        self._bodies += bodies
        self._labels += labels

    def columns(self, places: Ints) -> Columns:
        """Return time, stream, template and severity of the records at `places`, and more rows."""
        return self._columns[:, places]

    def body(self, place: int) -> str:
        """Return the text of the record at `place`. Raises IndexError where none is held."""
        if place == NOWHERE:
            raise IndexError("of history no record is held")
        return self._bodies[place]

    def record(self, place: int) -> Record:
        """Return the record at `place`. Raises IndexError where none is held."""
        body = self.body(place)
        time_ns, stream, template, severity, said, ordinal = self._columns[:, place].tolist()
        uid = uid_of(self._labels[place], said, ordinal, body)
        return Record(uid, body, time_ns, stream, template, severity, *self._traces.get(place, ("", "")))

    def restore_each(self, states: Iterable[RecordState]) -> list[int]:
        """Append records given by their fields; return their places."""
        rows = list(states)
        if not rows:
            return []
        uids, bodies, *columns, trace_ids, span_ids = zip(*rows, strict=True)
        held = Held(Uids.given(uids), trace_ids, span_ids)
        first = self.add([np.asarray(column, dtype=np.int64) for column in columns], bodies, held)
        return list(range(first, len(self)))

    def take(self, mask: npt.NDArray[np.bool_]) -> "Records":
        """Return the records at the places that are True in `mask`, in their order."""
        taken, kept, places = Records(), mask.tolist(), mask.nonzero()[0]
        columns = (row[places] for row in self._columns)
        taken._append(columns, list(compress(self._bodies, kept)), list(compress(self._labels, kept)))
        moved = mask.cumsum() - 1
        taken._traces = {int(moved[place]): ids for place, ids in self._traces.items() if kept[place]}
        taken.size_bytes = self.size_bytes * len(places) // max(len(self), 1)
        return taken

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values: the columns as they lie."""
        numbers = self._columns[:, : len(self)].astype(_STATE_TYPE).tobytes()
        traces = [[place, *ids] for place, ids in self._traces.items()]
        return [numbers, self._bodies, self._labels, traces, self.size_bytes]

    def restore(self, state: list[Any]) -> None:
        """Fill these, which are none, from `state`."""
        numbers, bodies, labels, traces, self.size_bytes = state
        columns = np.frombuffer(numbers, dtype=_STATE_TYPE).reshape(ORDINAL + 1, -1)
        self._append(columns, bodies, labels)
        self._traces = {place: (trace_id, span_id) for place, trace_id, span_id in traces}


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
        """Leave behind what nobody holds.

        The work per record stays the same however many there are: what is held grows by half before it is
        looked through again.

        Args:
            holders: lists, or arrays, of all the places that are held; changed to where the records are then.
        """
        lists = list(holders)
        held = np.fromiter(chain.from_iterable(lists), dtype=np.int64)
        mask = np.zeros(len(self.records), dtype=np.bool_)
        mask[held] = True
        self.records = self.records.take(mask)
        places, at = (mask.cumsum() - 1)[held].tolist(), 0
        for each in lists:
            each[:] = places[at : (at := at + len(each))]
        self._due_bytes = int(_GROWTH * max(self.records.size_bytes, _FEW_BYTES))
