"""Attributes by their keys, without decoding any: those at one place of each record mostly share it."""

import numpy as np
import numpy.typing as npt

from burl.receive.plain_walk import Fields
from burl.receive.stream_table import Ints
from burl.receive.walk import every

_WORD = 8
_FEW_KEYS = 4
"""So many keys at a place are told apart, mostly it is one (bench/end_to_end.py): to tell all takes long."""

Part = tuple[bytes, Fields]
"""Tag, length and key that attributes begin with, and where these stand."""


def by_key(text: bytes, words: Ints, column: Fields) -> tuple[list[Part], Fields]:
    """Cut a column of serialised KeyValues into those that begin with the same key.

    Args:
        text: where they stand; goes on for 264 bytes behind the last, so that no key reaches past its end.
        words: what eight bytes from each place of it say.
        column: n of them.

    Returns:
        Those of the first few keys, and the rest, mostly none.
    """
    parts: list[Part] = []
    while len(column.rows) and len(parts) < _FEW_KEYS:
        head = _head(text, int(column.starts[0]))
        same = begin_with(head, words, column.starts)
        parts.append((head, those(same, column)))
        column = those(~same, column)
    return parts, column


def _head(text: bytes, start: int) -> bytes:
    """Return tag, length and key of the KeyValue at `start`."""
    return text[start : start + 2 + text[start + 1]]


def begin_with(head: bytes, words: Ints, starts: Ints) -> npt.NDArray[np.bool_]:
    """Return which of the places have `head`; it is compared word by word, the last of which may overlap."""
    same: npt.NDArray[np.bool_] = _differences(head[:_WORD], words, starts) == 0
    for at in range(_WORD, len(head), _WORD):
        place = min(at, len(head) - _WORD)
        same &= _differences(head[place : place + _WORD], words, starts + place) == 0
    return same


def _differences(word: bytes, words: Ints, places: Ints) -> Ints:
    """Return the bits by which the bytes at these places differ from `word`, of eight bytes at most."""
    padding = bytes(_WORD - len(word))
    expected = int.from_bytes(word + padding, "little", signed=True)
    mask = int.from_bytes(b"\xff" * len(word) + padding, "little", signed=True)
    return (words[places] ^ expected) & mask


def those(which: npt.NDArray[np.bool_], column: Fields) -> Fields:
    """Return those of a column (n) where `which` (n) is True."""
    return column if every(which) else Fields(*(part[which] for part in column))
