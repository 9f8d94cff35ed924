"""Keys: what stays of a line when its digits and hexadecimal ids are taken out. Lines share a few keys.

The keys of many lines are made at once, by numpy: no loop, neither over lines nor over characters.
"""

from collections.abc import Iterable, Sequence
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
        """Make the keys of `lines`, none of which holds a newline."""
        self._count = len(lines)
        self._raw = "\n".join(("", *lines, _PAD)).encode()
        self._text: _Bytes = np.frombuffer(self._raw, dtype=np.uint8)
        digits = self._text - _ZERO < 10
        self._ids = _ids(self._text, digits)
        digits &= self._ids == 0
        self._digits = digits
        if _HTTP in self._raw:
            digits = digits & ~_http(self._text)
        marks = np.maximum(self._ids, digits.view(np.uint8) * DIGITS[0])
        self.keys = self._lines(_marked(self._text, marks))

    def bare(self, position: int) -> bytes:
        """Return a line as it is but for its ids, for which there are marks as in its key."""
        start, end = self._line_ends[position : position + 2].tolist()
        return _marked(self._text[start + 1 : end], self._ids[start + 1 : end])

    def runs(self, positions: Sequence[int], numbers: Iterable[int]) -> list[list[bytes]]:
        """Return of each line those runs of digits that have these numbers, counted from its first.

        The result has a list by number, and in it a run by line.
        """
        edges, lines = self._runs
        firsts = lines[positions]
        columns = ((edges[firsts + 2 * number], edges[firsts + 2 * number + 1]) for number in numbers)
        return [
            [self._raw[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
            for starts, ends in columns
        ]

    def ids(self, positions: Sequence[int], *, uuids: bool) -> list[bytes]:
        """Return of each line its ids, those that are UUIDs if wanted, and the character behind each."""
        found = self._with_uuids if uuids else self._without_uuids
        return [found[position] for position in positions]

    @cached_property
    def _with_uuids(self) -> list[bytes]:
        return self._only(self._ids != 0)

    @cached_property
    def _without_uuids(self) -> list[bytes]:
        return self._only(self._ids == ID[0])

    @cached_property
    def _runs(self) -> tuple[Ints, Ints]:
        """Where runs of digits begin and end that are no part of an id; which edge is each line's first."""
        edges = np.flatnonzero(self._digits[1:] != self._digits[:-1]) + 1
        return edges, edges.searchsorted(self._line_ends, side="right")

    @cached_property
    def _line_ends(self) -> Ints:
        """Where the newlines before each line stand, and that behind the last."""
        return np.flatnonzero(self._text == _LINE_END)[: self._count + 1]

    def _only(self, wanted: _Flags) -> list[bytes]:
        """Return what of each line is `wanted`, and the character behind each stretch of it."""
        keep = wanted | (self._text == _LINE_END)
        keep[1:] |= wanted[:-1]
        return self._lines(self._text[keep].tobytes())

    def _lines(self, text: bytes) -> list[bytes]:
        return text.split(b"\n", self._count + 1)[1:-1]


def _marked(text: _Bytes, marks: _Bytes) -> bytes:
    """Return the text with one mark in place of each run of equal `marks`."""
    marked = np.maximum(text, marks)
    keep = marks == 0
    keep[1:] |= marked[1:] != marked[:-1]
    keep[:1] = True
    kept: bytes = marked[keep].tobytes()
    return kept


def _http(text: _Bytes) -> _Flags:
    """Return where an HTTP version and the status after it may stand."""
    after = np.zeros(len(text), dtype=np.bool_)
    first, second, third = _HTTP
    after[3:] = (text[:-3] == first) & (text[1:-2] == second) & (text[2:-1] == third)
    return _spread(after, _HTTP_LENGTH)[: len(text)]


def _ids(text: _Bytes, digit: _Flags) -> _Bytes:
    """Return for each character the mark of the id it belongs to, or 0."""
    hexadecimal = ((text | _TO_LOWER) - _A < 6) | digit
    fours = _all_of(hexadecimal, 4)
    ids = fours[:-4] & fours[4:]
    ids &= ~_all_of(digit, _ID_LENGTH)
    ids &= ~_all_of(hexadecimal & ~digit, _ID_LENGTH)
    marks = _spread(ids, _ID_LENGTH).view(np.uint8) * ID[0]
    uuids = _uuids(text == _DASH, hexadecimal, fours)
    if uuids.any():
        marks[1:-1][_spread(uuids, _UUID_LENGTH)] = UUID[0]
    return marks


def _uuids(dash: _Flags, hexadecimal: _Flags, fours: _Flags) -> _Flags:
    """Return where UUIDs begin; `fours` says where four hexadecimal digits do."""
    count = len(dash) - _UUID_LENGTH - 1  # of places in the text behind its first newline
    found = dash[_DASHES[0] :][:count] & dash[_DASHES[1] :][:count]
    if found.any():
        for flags, places in ((dash, _DASHES[2:]), (fours, _FOURS)):
            for place in places:
                found &= flags[place:][:count]
        found &= ~(hexadecimal[:count] | hexadecimal[_UUID_LENGTH + 1 :])
    return found


def _all_of(flags: _Flags, length: int) -> _Flags:
    """Return where `length` set flags in a row begin; `length` is a power of two."""
    step = 1
    while step < length:
        flags = flags[:-step] & flags[step:]
        step *= 2
    return flags


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
