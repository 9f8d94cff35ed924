"""A walk over many serialised messages of one kind at once, by numpy: a step takes one field of each.

Serialisers write nearly the same few fields for each record of a request, so there are few steps.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from burl.receive.stream_table import Ints

Bytes = npt.NDArray[np.uint8]

PAD = bytes(16)
"""Behind the last message: what is broken there can be read before it is known where it ends."""
_LENGTH_DELIMITED = 2
_MORE = 0x80
"""The bit of a varint's byte that says that another one follows."""
_SHIFTS = (7, 14, 21, 28)
_ENDLESS = 1 << 62


class Spans(NamedTuple):
    """Stretches of bytes: of each message one; it is empty where the field is not there."""

    starts: Ints
    ends: Ints


class Walk:
    """Finds the fields of messages; of a field that is given twice the last counts.

    Attributes:
        text: the messages, joined.
        content: `text` as an array.
        words: what eight bytes from each place on say as a little-endian number.
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
        self._ends = np.cumsum(np.fromiter(map(len, raws), dtype=np.int64, count=len(raws)))
        self._found: dict[int, list[tuple[Ints, Ints, Ints]]] = {tag: [] for tag in sizes}
        rows = np.arange(len(raws))
        at = np.concatenate((np.zeros(min(1, len(raws)), dtype=np.int64), self._ends[:-1]))
        while len(rows := rows[(open_ := at < self._ends[rows])]):
            at = self._step(rows, at[open_])

    def spans(self, tag: int) -> Spans:
        """Return where the field with this tag stands in each message."""
        starts = np.zeros(len(self.odd), dtype=np.int64)
        ends = np.zeros(len(self.odd), dtype=np.int64)
        for rows, begins, stops in self._found[tag]:
            starts[rows], ends[rows] = begins, stops
        return Spans(starts, ends)

    def all_spans(self, tag: int) -> tuple[Ints, Spans]:
        """Return all places of a repeated field in order, and the message of each."""
        found = self._found[tag]
        if not found:
            nothing = np.empty(0, dtype=np.int64)
            return nothing, Spans(nothing, nothing)
        rows, starts, ends = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.argsort(starts)  # of the later message all comes later
        return rows[order], Spans(starts[order], ends[order])

    def _step(self, rows: Ints, at: Ints) -> Ints:
        """Take one field of each of the messages `rows`; return where the next one begins."""
        tags = self.content[at]
        if (tags == tags[0]).all():
            return self._field(int(tags[0]), rows, at)
        after = np.empty_like(at)
        for tag in set(tags.tolist()):
            mine = tags == tag
            after[mine] = self._field(tag, rows[mine], at[mine])
        return after

    def _field(self, tag: int, rows: Ints, at: Ints) -> Ints:
        size = self._sizes.get(tag)
        if size is None:
            self.odd[rows] = True
            return self._ends[rows]
        starts, ends = (at + 1, at + 1 + size) if size else delimited(self.content, at + 1)
        broken = ends > self._ends[rows]
        if tag & 7 == 0:
            broken |= self.content[starts] >= _MORE
        if broken.any():
            self.odd[rows[broken]] = True
            ends = np.where(broken, self._ends[rows], ends)
        self._found[tag].append((rows, starts, ends))
        return ends


def words(text: bytes) -> npt.NDArray[np.uint64]:
    """Return what eight bytes from each place on say, but for the last places, as little-endian numbers."""
    return np.ndarray((max(0, len(text) - 7),), dtype="<u8", buffer=text, strides=(1,))


def delimited(content: Bytes, at: Ints) -> tuple[Ints, Ints]:
    """Return starts and ends of what stands behind the lengths at `at`; of a broken length the end is far."""
    first = content[at]
    lengths, starts = (first & (_MORE - 1)).astype(np.int64), at + 1
    unfinished = np.flatnonzero(first >= _MORE)
    for shift in _SHIFTS:
        if not len(unfinished):
            return starts, starts + lengths
        more = content[starts[unfinished]]
        lengths[unfinished] |= (more & (_MORE - 1)).astype(np.int64) << shift
        starts[unfinished] += 1
        unfinished = unfinished[more >= _MORE]
    lengths[unfinished] = _ENDLESS
    return starts, starts + lengths
