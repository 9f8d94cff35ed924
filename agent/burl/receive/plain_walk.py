"""A walk over a few serialised messages field by field: numpy's steps pay for many messages only."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from burl.errors import Undecodable
from burl.receive.framing import varint
from burl.receive.stream_table import Ints

_MORE = 0x80
_LENGTH_BYTES = 5
"""Most bytes of a length that protobuf reads."""
_VARINT = 0

_Columns = tuple["array[int]", "array[int]", "array[int]"]


class Fields(NamedTuple):
    """Fields of one kind: the number of the message that each belongs to, and where its value stands."""

    rows: Ints
    starts: Ints
    ends: Ints


def _columns() -> _Columns:
    return array("q"), array("q"), array("q")  # a fifth of what lists of integers take


class PlainWalk:
    """Finds the fields of messages as `burl.receive.walk.Walk` does.

    Attributes:
        odd: the messages that are damaged, or hold what was not to be expected.
    """

    def __init__(self, text: bytes, sizes: Mapping[int, int]) -> None:
        """Args: `text` holds the messages; `sizes` are those of the expected tags."""
        self.odd: list[int] = []
        self._text = text
        self._sizes = sizes
        self._found: defaultdict[int, _Columns] = defaultdict(_columns)

    def walk(self, messages: Iterable[tuple[int, int, int]]) -> None:
        """Walk over messages, given by number, start and end."""
        for row, at, limit in messages:
            try:
                self._walk(row, at, limit)
            except Undecodable:
                self.odd.append(row)

    def found(self) -> Iterable[tuple[int, Fields]]:
        """Return each tag, and the places of its field in the order of the walk."""
        for tag, (rows, starts, ends) in self._found.items():
            yield tag, Fields(np.array(rows), np.array(starts), np.array(ends))

    def _walk(self, row: int, at: int, limit: int) -> None:
        while at < limit:
            tag = self._text[at]
            start, at = self._payload(tag, at + 1, limit)
            rows, starts, ends = self._found[tag]
            rows.append(row)
            starts.append(start)
            ends.append(at)

    def _payload(self, tag: int, at: int, limit: int) -> tuple[int, int]:
        """Return start and end of what stands at `at`, behind a tag. Raises Undecodable."""
        size = self._sizes.get(tag)
        if size is None or (tag & 7 == _VARINT and self._text[at] >= _MORE):
            raise Undecodable(f"an unexpected field before byte {at}")
        if not size:
            size, at = varint(self._text, at, min(limit, at + _LENGTH_BYTES))
        if at + size > limit:
            raise Undecodable(f"a field at byte {at} reaches past the end of its message")
        return at, at + size
