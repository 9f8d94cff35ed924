"""A walk over many serialised messages of one kind at once, by numpy: a step takes one field of each.

Serialisers write nearly the same few fields for each record of a request, so there are few steps.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from burl.receive.plain_walk import Fields, PlainWalk
from burl.receive.stream_table import Ints

Bytes = npt.NDArray[np.uint8]

PAD = bytes(0x110)
"""Behind the last message: what is broken there can be read before it is known where it ends."""
_MORE = 0x80
"""The bit of a varint's byte that says that another one follows."""
_BYTE, _SEVEN_BITS = 8, 0x7F
_LENGTH_BYTES = 5
"""Most bytes of a length that protobuf reads."""
_ENDLESS = 1 << 62
_FEW_MESSAGES, _MANY_FIELDS = 8, 256
"""Of no more messages, or behind so many fields, the rest is walked plainly: a record of a million fields, or
records that are all unlike, would take hundreds of times as long by steps for a few bytes each."""


class Spans(NamedTuple):
    """Stretches of bytes: of each message one; it is empty where the field is not there."""

    starts: Ints
    ends: Ints


def in_order(columns: Sequence[Fields]) -> Fields:
    """Return all of these fields in order of their places; of the later message all comes later."""
    if not columns:
        return Fields(*np.empty((3, 0), dtype=np.int64))
    rows, starts, ends = map(np.concatenate, zip(*columns, strict=True))
    order = starts.argsort(kind="stable")
    return Fields(rows[order], starts[order], ends[order])


class Walk:
    """Finds the fields of messages; of a field that is given twice the last counts.

    Attributes:
        text: the messages, joined.
        content: `text` as an array.
        words: see `words`.
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
        self.words = words(self.text)
        self.odd = np.zeros(len(raws), dtype=np.bool_)
        self._sizes = sizes
        self._nothing = np.zeros(len(raws), dtype=np.int64)
        self._found: dict[int, list[Fields]] = {}
        lengths = np.fromiter(map(len, raws), dtype=np.int64, count=len(raws))
        ends = lengths.cumsum()
        self._all = np.arange(len(raws))
        self._walk(self._all, ends - lengths, ends)

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

    def found(self, tag: int) -> Sequence[Fields]:
        """Return the places of a field as the steps of the walk found them."""
        return self._found.get(tag, ())

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
        heads = self.words[at]
        tags = heads.astype(np.uint8)
        if every(tags == tags[0]):
            return self._field(int(tags[0]), rows, at, limits, heads)
        after = np.empty_like(at)
        for tag in set(tags.tolist()):
            mine = tags == tag
            after[mine] = self._field(tag, rows[mine], at[mine], limits[mine], heads[mine])
        return after

    def _field(self, tag: int, rows: Ints, at: Ints, limits: Ints, heads: Ints) -> Ints:
        """Take the field of this tag that stands at `at`, where eight bytes are `heads`."""
        size = self._sizes.get(tag)
        if size is None:
            self.odd[rows] = True
            return limits
        values = heads >> _BYTE
        starts, ends = (at + 1, at + 1 + size) if size else delimited(values, at + 1)
        sound = ends <= limits
        if tag & 7 == 0:
            sound &= values & _MORE == 0
        if not every(sound):
            self.odd[rows[~sound]] = True
            ends = np.where(sound, ends, limits)
        self._found.setdefault(tag, []).append(Fields(rows, starts, ends))
        return ends


def every(flags: npt.NDArray[np.bool_]) -> bool:
    """Return whether all flags are set; for a few, numpy's own answer takes ten times as long."""
    return b"\0" not in flags.tobytes()


def words(text: bytes) -> Ints:
    """Return what eight bytes from each place on say, but for the last places, as little-endian numbers."""
    return np.ndarray((max(0, len(text) - 7),), dtype="<i8", buffer=text, strides=(1,))


def delimited(heads: Ints, at: Ints) -> Spans:
    """Return where that stands whose length is at `at`; of a broken length the end is far.

    Args:
        heads: what the bytes (five at least) from `at` on say.
        at: places (n).
    """
    starts, lengths, more = at + 1, heads & _SEVEN_BITS, heads & _MORE
    for number in range(1, _LENGTH_BYTES):
        if not more.any():
            return Spans(starts, starts + lengths)
        follows = more != 0
        byte = np.where(follows, heads >> _BYTE * number, 0)
        starts = starts + follows
        lengths |= (byte & _SEVEN_BITS) << 7 * number
        more = byte & _MORE
    return Spans(starts, np.where(more, _ENDLESS, starts + lengths))
