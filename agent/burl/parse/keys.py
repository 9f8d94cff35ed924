"""Keys: what stays of a line when its digits and hexadecimal ids are taken out. Lines share a few keys.

The keys of many lines are made at once, by numpy: no loop, neither over lines nor over characters.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints

DIGITS = b"\xfc"
"""Stands for a run of digits; those of an HTTP version and status stay, as they tell templates apart."""
ID = b"\xfd"
"""Stands for a run of hexadecimal digits; each of them is among eight that are both letters and digits."""
UUID = b"\xfe"
"""Stands for a UUID. None of these bytes is ever part of UTF-8."""

_Flags = npt.NDArray[np.bool_]
_Bytes = npt.NDArray[np.uint8]

AT_ONCE = 1024
"""Lines to look at together: enough for numpy, and their text stays in the cache (bench/rooms.py)."""
_AGAIN = b"\xff"
"""Takes the place of all but the first character of what a mark stands for."""
_DASH, _ZERO, _A, _LINE_END = b"-0a\n"
_TO_LOWER = 0x20
_NINE, _F = 9, 5
"""As digit and as letter; numpy compares bytes by `<=` faster than by `<`."""
_IS_DIGIT, _IS_LETTER, _ARE_BOTH = 0b011, 0b101, 0b001
"""Bits of a hexadecimal digit; what several have in common tells of which kinds they are."""
_ID_LENGTH, _UUID_LENGTH = 8, 36
_PAD = "\n" * _UUID_LENGTH
# Counted from the character before.
_DASHES = (9, 14, 19, 24)
_FOURS = np.array((1, 5, 10, 15, 20, 25, 29, 33))
_OF_UUID = np.arange(1, _UUID_LENGTH + 1)
_HTTP = b"TP/"
_NOWHERE = np.empty(0, dtype=np.int64)
_HTTP_LENGTH = len('1.1" 200')


def has_ids(key: bytes) -> bool:
    """Return whether the lines of a key hold ids."""
    return ID in key or UUID in key


class Keys:
    """The keys of some lines, and what their marks stand for."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Args: `lines` hold no newline."""
        self._count = len(lines)
        self._joined = "\n".join(("", *lines, _PAD)).encode()
        self._text: _Bytes = np.frombuffer(self._joined, dtype=np.uint8)
        self._marks = _marks(self._text)

    @cached_property
    def keys(self) -> list[bytes]:
        """The key of each line."""
        return self._lines(self._marks)

    def bare(self) -> list[bytes]:
        """Return the lines as they are but for their ids, for which there are marks as in their keys."""
        return self._lines(self._marks * (self._marks > DIGITS[0]))

    def stretches(self, rows: Sequence[int], edges: Ints) -> list[list[bytes]]:
        """Return of some lines the digits and ids that begin at their `edges`.

        Edges are where what a mark stands for begins or ends, counted from a line's first: a row by edge, and
        in it one for each line or one for all. The result has a list by edge, and in it a text by line.
        """
        places, firsts = self._edges
        columns = firsts[rows] + edges
        return [
            [self._joined[start:end] for start, end in zip(starts, ends, strict=True)]
            for starts, ends in zip(places[columns].tolist(), places[columns + 1].tolist(), strict=True)
        ]

    def _lines(self, marks: _Bytes) -> list[bytes]:
        return _marked(self._text, marks).split(b"\n", self._count + 1)[1:-1]

    @cached_property
    def _edges(self) -> tuple[Ints, Ints]:
        """Where the edges of all lines are; which of them is each line's first."""
        places = np.flatnonzero(self._marks[1:] != self._marks[:-1]) + 1
        ends = np.flatnonzero(self._text == _LINE_END)[: self._count]
        return places, places.searchsorted(ends, side="right")


def _marked(text: _Bytes, marks: _Bytes) -> bytes:
    """Return the text with one mark in place of each run of equal `marks`."""
    marked = np.maximum(text, marks)
    again = (marks[1:] == marks[:-1]) & (marks[1:] > 0)
    marked[1:] |= again.view(np.uint8) * _AGAIN[0]
    return marked.tobytes().translate(None, _AGAIN)


def _marks(text: _Bytes) -> _Bytes:
    """Return for each character the mark of the digits or the id it belongs to, or 0."""
    digits = (text - _ZERO <= _NINE).view(np.uint8)
    letters = ((text | _TO_LOWER) - _A <= _F).view(np.uint8)
    kinds = digits * _IS_DIGIT | letters * _IS_LETTER
    fours = _all_of(kinds, 4)
    ids = fours[:-4] & fours[4:] == _ARE_BOTH
    marks: _Bytes = _without_http(digits, text) * DIGITS[0]
    if ids.any():
        np.maximum(marks, _spread(ids, _ID_LENGTH).view(np.uint8) * ID[0], out=marks)
    marks[_of_uuids(text == _DASH, kinds, fours)] = UUID[0]
    return marks


def _without_http(digits: _Bytes, text: _Bytes) -> _Bytes:
    """Return `digits` but for those where an HTTP version and the status after it may stand."""
    first, second, third = _HTTP
    found = (text[1:-1] == second) & (text[2:] == third)
    if not found.any():
        return digits
    in_line = text[len(_HTTP) :] != _LINE_END
    after = (found & (text[:-2] == first))[:-1] & in_line
    step = 1
    while step < _HTTP_LENGTH:  # a line's key must not depend on the line before it
        after[step:] |= after[:-step] & in_line[step:]
        in_line[step:] &= in_line[:-step]
        step *= 2
    digits[len(_HTTP) :] &= ~after.view(np.uint8)
    return digits


def _of_uuids(dash: _Flags, kinds: _Bytes, fours: _Bytes) -> Ints:
    """Return the places of UUIDs, a row for each; `fours` says where four hexadecimal digits begin."""
    count = len(dash) - _UUID_LENGTH - 1  # of places in the text behind its first newline
    one, two, three, four = (dash[place:][:count] for place in _DASHES)
    found = one & three
    if not found.any():
        return _NOWHERE
    before = np.flatnonzero(found & two & four)
    are = fours[before[:, np.newaxis] + _FOURS].all(axis=1)
    alone = (kinds[before] | kinds[before + _UUID_LENGTH + 1]) == 0
    return before[are & alone, np.newaxis] + _OF_UUID


def _all_of(bits: _Bytes, length: int) -> _Bytes:
    """Return what each `length` in a row have in common; `length` is a power of two."""
    step = 1
    while step < length:
        bits = bits[:-step] & bits[step:]
        step *= 2
    return bits


def _spread(starts: _Flags, length: int) -> _Flags:
    """Return what the stretches of `length` cover that begin at `starts`; `length` is a power of two."""
    covered = np.zeros(len(starts) + 2 * (length - 1), dtype=np.bool_)
    covered[length - 1 : 1 - length] = starts
    step = 1
    while step < length:
        covered = covered[:-step] | covered[step:]
        step *= 2
    return covered
