"""Finds the attributes of certain names among all of a batch's, without decoding any."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from burl.receive.records import Records
from burl.receive.stream_table import Ints

Words = npt.NDArray[np.uint64]

_ONE_BYTE = 0x80
"""Lengths below this take a varint of one byte."""
_WORD = 8
_BYTE, _TWO_BYTES = 8, 0xFFFF
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(2, _WORD + 1)], dtype=np.uint64)
"""What of eight bytes is tag, length and key of a KeyValue, by the length of its key: 0 to 6, or more."""
_TWO_WORDS = 2 * _WORD - 2
"""Longest key all of which stands in the first and the last eight bytes of tag, length and key."""


class Found(NamedTuple):
    """Attributes: the record that each belongs to, and where it stands."""

    rows: Ints
    starts: Ints
    ends: Ints


class _Heads(NamedTuple):
    """Tags, lengths and keys of attributes: where each starts, how long its key is, its first eight bytes.

    `ranks` are the places of these among those of the wanted.
    """

    starts: Ints
    lengths: Ints
    first: Words
    ranks: Ints


class AttributeFinder:
    """Finds serialised KeyValues by keys that come first in them, as every known serialiser has it."""

    def __init__(self, names: Iterable[str]) -> None:
        """Args: `names` are the keys to find; one of more than 127 bytes is never found."""
        keys = [name.encode() for name in names]
        self._heads = frozenset(b"\n" + bytes([len(key)]) + key for key in keys if len(key) < _ONE_BYTE)
        ends = [(_number(head[:_WORD]), _number(head[-_WORD:])) for head in self._heads]
        self._first = _sorted(first for first, _ in ends)
        self._last = _sorted(last for _, last in ends)
        self._begins = np.zeros(_TWO_BYTES + 1, dtype=np.bool_)
        for head in self._heads:
            self._begins[int.from_bytes(head[1:3], "little") if len(head) > 2 else slice(0, None, 256)] = True
        self._known = np.zeros((len(self._first), len(self._last)), dtype=np.bool_)
        for first, last in ends:
            self._known[self._first.tolist().index(first), self._last.tolist().index(last)] = True

    def knows(self, raw: bytes) -> bool:
        """Return True when the serialised KeyValue has one of the keys."""
        return raw[: 2 + raw[1]] in self._heads if len(raw) > 1 else False

    def find(self, records: Records) -> Found:
        """Return the attributes that have one of the keys, in order."""
        starts, ends = records.attributes
        # Most are told apart by the length of the key and its first letter: the rest costs a tenth of it all.
        begins = records.attribute_words
        possible = self._begins[(begins >> _BYTE & _TWO_BYTES).astype(np.intp)].nonzero()[0]
        heads = starts[possible]
        lengths = records.content[heads + 1].astype(np.int64)
        first = begins[possible] & _MASKS[np.minimum(lengths, len(_MASKS) - 1)]
        ranks = self._first.searchsorted(first)
        likely = np.flatnonzero(self._first[ranks] == first)
        places = _Heads(heads[likely], lengths[likely], first[likely], ranks[likely])
        found = possible[likely[self._are_known(records, places)]]
        return Found(records.rows[found], starts[found], ends[found])

    def _are_known(self, records: Records, heads: _Heads) -> npt.NDArray[np.bool_]:
        """Return which are the head of one of the keys, given that they start like one."""
        starts, lengths, first, ranks = heads
        ends = np.minimum(starts + lengths + 2 - _WORD, len(records.words) - 1)
        last = np.where(lengths < len(_MASKS), first, records.words[ends])
        last_ranks = self._last.searchsorted(last)
        known: npt.NDArray[np.bool_] = (self._last[last_ranks] == last) & self._known[ranks, last_ranks]
        for row in np.flatnonzero(known & (lengths > _TWO_WORDS)).tolist():
            start = int(starts[row])
            known[row] = records.text[start : start + 2 + int(lengths[row])] in self._heads
        return known


def _number(word: bytes) -> int:
    return int.from_bytes(word, "little")


def _sorted(words: Iterable[int]) -> Words:
    """Return the distinct words in order, and behind them one that is none: all can be looked for."""
    return np.array([*sorted(set(words)), 2**64 - 1], dtype=np.uint64)
