"""Finds the attributes of certain names among all of a batch's, without decoding any."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from burl.receive.records import Records
from burl.receive.stream_table import Ints

_ONE_BYTE = 0x80
"""Lengths below this take a varint of one byte."""
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(2, 9)], dtype=np.uint64)
"""What of eight bytes is tag, length and key of a KeyValue, by the length of its key: 0 to 6, or more."""


class Found(NamedTuple):
    """Attributes: the record that each belongs to, and where it stands."""

    rows: Ints
    starts: Ints
    ends: Ints


class AttributeFinder:
    """Finds serialised KeyValues by keys that come first in them, as every known serialiser has it."""

    def __init__(self, names: Iterable[str]) -> None:
        """Args: `names` are the keys to find; one of more than 127 bytes is never found."""
        keys = [name.encode() for name in names]
        self._heads = frozenset(b"\n" + bytes([len(key)]) + key for key in keys if len(key) < _ONE_BYTE)
        first = {int.from_bytes(head[:8], "little") for head in self._heads}
        self._words = np.array([*sorted(first), 2**64 - 1], dtype=np.uint64)

    def knows(self, raw: bytes) -> bool:
        """Return True when the serialised KeyValue has one of the keys."""
        return raw[: 2 + raw[1]] in self._heads if len(raw) > 1 else False

    def find(self, records: Records) -> Found:
        """Return the attributes that have one of the keys, in order."""
        starts, ends = records.attributes
        lengths = records.content[starts + 1].astype(np.int64)
        first = records.words[starts] & _MASKS[np.minimum(lengths, len(_MASKS) - 1)]
        likely = np.flatnonzero(self._words[np.searchsorted(self._words, first)] == first)
        text, heads = records.text, self._heads
        places = zip(starts[likely].tolist(), lengths[likely].tolist(), strict=True)
        same = np.array([text[at : at + 2 + length] in heads for at, length in places], dtype=np.bool_)
        found = likely[same]
        return Found(records.rows[found], starts[found], ends[found])
