"""Attributes by their keys, without decoding any: those at one place of each record mostly share it."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from burl.receive.plain_walk import Fields
from burl.receive.stream_table import Ints
from burl.receive.walk import every

_WORD = 8
_FEW_KEYS = 8
"""So many keys are looked for at all places at once: mostly it is one (bench/end_to_end.py)."""

Part = tuple[bytes, Fields]
"""Tag, length and key that attributes begin with, and where these stand."""


def by_key(text: bytes, words: Ints, column: Fields) -> Iterator[Part]:
    """Cut a column of serialised KeyValues into those that begin with the same key.

    Args:
        text: where they stand; goes on for 264 bytes behind the last, so that no key reaches past its end.
        words: what eight bytes from each place of it say.
        column: n of them.
    """
    for _ in range(_FEW_KEYS):
        if not len(column.rows):
            return
        head = _head(text, int(column.starts[0]))
        same = _begin_with(head, words, column.starts)
        yield head, _those(same, column)
        column = _those(~same, column)
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, start in enumerate(column.starts.tolist()):
        places[_head(text, start)].append(place)
    for head, those in places.items():
        yield head, Fields(*(part[those] for part in column))


def _head(text: bytes, start: int) -> bytes:
    """Return tag, length and key of the KeyValue at `start`."""
    return text[start : start + 2 + text[start + 1]]


def _begin_with(head: bytes, words: Ints, starts: Ints) -> npt.NDArray[np.bool_]:
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


def _those(which: npt.NDArray[np.bool_], column: Fields) -> Fields:
    return column if every(which) else Fields(*(part[which] for part in column))
