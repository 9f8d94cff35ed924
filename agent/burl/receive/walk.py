"""A walk over many serialised messages of one kind at once, by numpy: a step takes one field of each.

Serialisers write nearly the same few fields for each record of a request, so there are few steps.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate, chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from burl.receive.plain_walk import Fields, PlainWalk
from burl.receive.stream_table import Ints

Bytes = npt.NDArray[np.uint8]

PAD = bytes(16)
"""Behind the last message: what is broken there can be read before it is known where it ends."""
_LENGTH_DELIMITED = 2
_MORE = 0x80
"""The bit of a varint's byte that says that another one follows."""
_SHIFTS = (7, 14, 21, 28)
_ENDLESS = 1 << 62
_FEW_MESSAGES, _MANY_FIELDS = 8, 256
"""Of no more messages, or behind so many fields, the rest is walked plainly: a record of a million fields, or
records that are all unlike, would take hundreds of times as long by steps for a few bytes each."""


class Spans(NamedTuple):
    """Stretches of bytes: of each message one; it is empty where the field is not there."""

    starts: Ints
    ends: Ints


class Walk:
    """Finds the fields of messages; of a field that is given twice the last counts.

    Attributes:
        text: the messages, joined.
        content: `text` as an array.
        odd: True for each message that is damaged, or holds what was not to be expected.
    """

    def __init__(self, raws: Sequence[bytes], sizes: Mapping[int, int]) -> None:
        """Walk over `raws`.

        Args:
            raws: serialised messages.
            sizes: of each expected tag with a value of fixed size, how many bytes it takes; a varint is
                expected to take one. Other expected tags are length-delimited and have size 0.
        """
        self.text = b"".join((*raws, PAD))
        self.content: Bytes = np.frombuffer(self.text, dtype=np.uint8)
        self.odd = np.zeros(len(raws), dtype=np.bool_)
        self._sizes = sizes
        self._nothing = np.zeros(len(raws), dtype=np.int64)
        self._found: dict[int, list[Fields]] = {}
        bounds = chain((0,), accumulate(map(len, raws)))
        places = np.fromiter(bounds, dtype=np.int64, count=len(raws) + 1)
        self._all = np.arange(len(raws))
        self._walk(self._all, places[:-1], places[1:])

    def has(self, tag: int) -> bool:
        """Return whether any message has the field with this tag."""
        return tag in self._found

    def spans(self, tag: int) -> Spans:
        """Return where the field with this tag stands in each message."""
        found = self._found.get(tag, ())
        if not found:
            return Spans(self._nothing, self._nothing)
        if len(found) == 1 and np.array_equal(found[0][0], self._all):
            return Spans(*found[0][1:])
        starts, ends = self._nothing.copy(), self._nothing.copy()
        for rows, begins, stops in found:
            starts[rows], ends[rows] = begins, stops
        return Spans(starts, ends)

    def all_spans(self, tag: int) -> tuple[Ints, Spans]:
        """Return all places of a repeated field in order, and the message of each."""
        found = self._found.get(tag, ())
        if not found:
            nothing = self._nothing[:0]
            return nothing, Spans(nothing, nothing)
        rows, starts, ends = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.argsort(starts, kind="stable")  # of the later message all comes later
        return rows[order], Spans(starts[order], ends[order])

    def _walk(self, rows: Ints, at: Ints, limits: Ints) -> None:
        """Take field by field of the messages `rows`, which go on at `at` and end at `limits`."""
        for _ in range(_MANY_FIELDS):
            unfinished = at < limits
            if not every(unfinished):
                rows, at, limits = rows[unfinished], at[unfinished], limits[unfinished]
            if len(rows) <= _FEW_MESSAGES:
                break
            at = self._step(rows, at, limits)
        if len(rows):
            self._walk_plainly(rows, at, limits)

    def _walk_plainly(self, rows: Ints, at: Ints, limits: Ints) -> None:
        rest = PlainWalk(self.text, self._sizes)
        rest.walk(zip(rows.tolist(), at.tolist(), limits.tolist(), strict=True))
        self.odd[rest.odd] = True
        for tag, fields in rest.found():
            self._found.setdefault(tag, []).append(fields)

    def _step(self, rows: Ints, at: Ints, limits: Ints) -> Ints:
        """Take one field of each message; return where the next one begins."""
        tags = self.content[at]
        if every(tags == tags[0]):
            return self._field(int(tags[0]), rows, at, limits)
        after = np.empty_like(at)
        for tag in set(tags.tolist()):
            mine = tags == tag
            after[mine] = self._field(tag, rows[mine], at[mine], limits[mine])
        return after

    def _field(self, tag: int, rows: Ints, at: Ints, limits: Ints) -> Ints:
        size = self._sizes.get(tag)
        if size is None:
            self.odd[rows] = True
            return limits
        starts = at + 1
        if size:
            ends = starts + size
        else:
            starts, ends = delimited(self.content, starts)
        sound = ends <= limits
        if tag & 7 == 0:
            sound &= self.content[starts] < _MORE
        if not every(sound):
            self.odd[rows[~sound]] = True
            ends = np.where(sound, ends, limits)
        self._found.setdefault(tag, []).append((rows, starts, ends))
        return ends


def every(flags: npt.NDArray[np.bool_]) -> bool:
    """Return whether all flags are set; for a few, numpy's own answer takes ten times as long."""
    return b"\0" not in flags.tobytes()


def words(text: bytes) -> npt.NDArray[np.uint64]:
    """Return what eight bytes from each place on say, but for the last places, as little-endian numbers."""
    return np.ndarray((max(0, len(text) - 7),), dtype="<u8", buffer=text, strides=(1,))


def delimited(content: Bytes, at: Ints) -> tuple[Ints, Ints]:
    """Return starts and ends of what stands behind the lengths at `at`; of a broken length the end is far."""
    lengths, starts = content[at].astype(np.int64), at + 1
    if every(lengths < _MORE):
        return starts, starts + lengths
    unfinished = np.flatnonzero(lengths >= _MORE)
    lengths &= _MORE - 1
    for shift in _SHIFTS:
        more = content[starts[unfinished]]
        lengths[unfinished] |= (more & (_MORE - 1)).astype(np.int64) << shift
        starts[unfinished] += 1
        unfinished = unfinished[more >= _MORE]
    lengths[unfinished] = _ENDLESS
    return starts, starts + lengths
