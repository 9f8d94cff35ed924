"""Keys: what stays of a line when its digits and hexadecimal ids are taken out. Lines share a few keys.

The keys of many lines are made at once, by numpy: no loop, neither over lines nor over characters.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints

DIGITS = b"\xfd"
"""Stands for a run of digits; those of an HTTP version and status stay, as they tell templates apart."""
ID = b"\xfe"
"""Stands for a run of hexadecimal digits; each of them is among eight that are both letters and digits."""
UUID = b"\xff"
"""Stands for a UUID. None of these bytes is ever part of UTF-8."""

_Flags = npt.NDArray[np.bool_]
_Bytes = npt.NDArray[np.uint8]

_DASH, _ZERO, _A, _LINE_END = b"-0a\n"
_TO_LOWER = 0x20
_IS_DIGIT, _IS_LETTER, _ARE_BOTH = 0b011, 0b101, 0b001
"""Bits of a hexadecimal digit; what several have in common tells of which kinds they are."""
_ID_LENGTH, _UUID_LENGTH = 8, 36
# Counted from the character before.
_DASHES = (9, 14, 19, 24)
_FOURS = (1, 5, 10, 15, 20, 25, 29, 33)
_HTTP = b"TP/"
_HTTP_LENGTH = len('1.1" 200')
_PAD = "\n" * _UUID_LENGTH


class Keys:
    """The keys of some lines."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Args: `lines` hold no newline."""
        self._count = len(lines)
        self._raw = "\n".join(("", *lines, _PAD)).encode()
        self._text: _Bytes = np.frombuffer(self._raw, dtype=np.uint8)
        self._marks = _marks(self._text)
        marked = _marked(self._text, _without_http(self._text, self._marks))
        self.keys = marked.split(b"\n", self._count + 1)[1:-1]

    def bare(self, position: int) -> bytes:
        """Return a line as it is but for its ids, for which there are marks as in its key."""
        start, end = self._line_ends[position : position + 2].tolist()
        marks = self._marks[start + 1 : end]
        return _marked(self._text[start + 1 : end], marks * (marks > DIGITS[0]))

    def stretches(self, positions: Sequence[int], edges: Ints) -> list[list[bytes]]:
        """Return of each line the digits and ids that begin at its `edges`.

        Edges are where a line's digits or ids begin or end, counted from its first: a row by edge, and in it
        one for each line or one for all. The result has a list by edge, and in it a text by line.
        """
        places, firsts = self._edges
        columns = firsts[positions] + edges
        return [
            [self._raw[start:end] for start, end in zip(starts, ends, strict=True)]
            for starts, ends in zip(places[columns].tolist(), places[columns + 1].tolist(), strict=True)
        ]

    @cached_property
    def _edges(self) -> tuple[Ints, Ints]:
        """Where the edges of all lines are; which of them is each line's first."""
        places = np.flatnonzero(self._marks[1:] != self._marks[:-1]) + 1
        return places, places.searchsorted(self._line_ends, side="right")

    @cached_property
    def _line_ends(self) -> Ints:
        """Where the newlines before each line stand, and that behind the last."""
        return np.flatnonzero(self._text == _LINE_END)[: self._count + 1]


def _marked(text: _Bytes, marks: _Bytes) -> bytes:
    """Return the text with one mark in place of each run of equal `marks`."""
    marked = np.maximum(text, marks)
    keep = marks == 0
    keep[1:] |= marked[1:] != marked[:-1]
    keep[:1] = True
    kept: bytes = marked[keep].tobytes()
    return kept


def _marks(text: _Bytes) -> _Bytes:
    """Return for each character the mark of the digits or the id it belongs to, or 0."""
    digits = (text - _ZERO < 10).view(np.uint8)
    letters = ((text | _TO_LOWER) - _A < 6).view(np.uint8)
    kinds = digits * _IS_DIGIT | letters * _IS_LETTER
    fours = _all_of(kinds, 4)
    ids = fours[:-4] & fours[4:] == _ARE_BOTH
    marks = digits * DIGITS[0]
    if ids.any():
        np.maximum(marks, _spread(ids, _ID_LENGTH).view(np.uint8) * ID[0], out=marks)
    uuids = _uuids(text == _DASH, kinds, fours)
    if uuids.any():
        marks[1:-1][_spread(uuids, _UUID_LENGTH)] = UUID[0]
    return marks


def _without_http(text: _Bytes, marks: _Bytes) -> _Bytes:
    """Return the marks but for those of digits where an HTTP version and the status after it may stand."""
    first, second, third = _HTTP
    found = (text[1:-1] == second) & (text[2:] == third)
    if not found.any():
        return marks
    after = np.zeros(len(text) + 1, dtype=np.bool_)
    after[3:] = found & (text[:-2] == first)
    stay = _spread(after, _HTTP_LENGTH)[: len(text)] & (marks == DIGITS[0])
    without: _Bytes = marks * ~stay
    return without


def _uuids(dash: _Flags, kinds: _Bytes, fours: _Bytes) -> _Flags:
    """Return where UUIDs begin; `fours` says where four hexadecimal digits do."""
    count = len(dash) - _UUID_LENGTH - 1  # of places in the text behind its first newline
    found = dash[_DASHES[0] :][:count] & dash[_DASHES[1] :][:count]
    if found.any():
        for place in _DASHES[2:]:
            found &= dash[place:][:count]
        for place in _FOURS:
            found &= fours[place:][:count] > 0
        found &= (kinds[:count] | kinds[_UUID_LENGTH + 1 :]) == 0
    return found


def _all_of(bits: _Bytes, length: int) -> _Bytes:
    """Return what each `length` in a row have in common; `length` is a power of two."""
    step = 1
    while step < length:
        bits = bits[:-step] & bits[step:]
        step *= 2
    return bits


def _spread(starts: _Flags, length: int) -> _Flags:
    """Return what the stretches of `length` cover that begin at `starts`."""
    covered = np.zeros(len(starts) + length - 1, dtype=np.bool_)
    covered[: len(starts)] = starts
    done = 1
    while done < length:
        step = min(done, length - done)
        covered[step:] |= covered[:-step]
        done += step
    return covered
