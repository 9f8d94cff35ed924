"""Keys: what stays of a line when its digits and hexadecimal ids are taken out. Lines share a few keys.

The keys of many lines are made at once, by numpy: no loop, neither over lines nor over characters.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

DIGITS = b"\xfd"
"""Stands for a run of digits; those of an HTTP version and status stay, as they tell templates apart."""
ID = b"\xfe"
"""Stands for a run of hexadecimal digits; each of them is among eight that are both letters and digits."""
UUID = b"\xff"
"""Stands for a UUID. None of these bytes is ever part of UTF-8."""

_Flags = npt.NDArray[np.bool_]
_Bytes = npt.NDArray[np.uint8]

_DIGIT, _LETTER, _DASH, _T, _P, _SLASH = range(1, 7)
_CLASS_OF = {
    **dict.fromkeys(b"0123456789", _DIGIT),
    **dict.fromkeys(b"abcdefABCDEF", _LETTER),
    **dict(zip(b"-TP/", (_DASH, _T, _P, _SLASH), strict=True)),
}
_CLASSES = bytes(_CLASS_OF.get(byte, 0) for byte in range(256))
_ID_LENGTH, _UUID_LENGTH = 8, 36
# Counted from the character before.
_DASHES = (9, 14, 19, 24)
_FOURS = (1, 5, 10, 15, 20, 25, 29, 33)
_HTTP = b"TP/"
_HTTP_LENGTH = len('1.1" 200')
_PAD = "\n" * _UUID_LENGTH
_LINE_END = ord("\n")


class Keys:
    """The keys of some lines."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Make the keys of `lines`, none of which holds a newline."""
        self._count = len(lines)
        text = "\n".join(("", *lines, _PAD)).encode()
        self._raw = text
        self._text: _Bytes = np.frombuffer(text, dtype=np.uint8)
        classes = np.frombuffer(text.translate(_CLASSES), dtype=np.uint8)
        self._ids = _ids(classes)
        digits = classes == _DIGIT
        self._digits = digits & (self._ids == 0)
        if _HTTP in text:
            digits = digits & ~_http(classes)
        self.keys = self._marked(np.maximum(self._ids, digits * np.uint8(DIGITS[0])))

    def bare(self, position: int) -> bytes:
        """Return a line as it is but for its ids, for which there are marks as in its key."""
        return self._bare[position]

    def runs(self, position: int, numbers: Iterable[int]) -> list[bytes]:
        """Return those runs of digits of a line that have these numbers, counted from its first."""
        edges, firsts = self._runs
        places = edges[firsts[position] : firsts[position + 1]].tolist()
        return [self._raw[places[2 * number] : places[2 * number + 1]] for number in numbers]

    def ids(self, position: int, *, uuids: bool) -> bytes:
        """Return the ids of a line, those that are UUIDs if wanted, and the character behind each."""
        return (self._with_uuids if uuids else self._without_uuids)[position]

    @cached_property
    def _bare(self) -> list[bytes]:
        return self._marked(self._ids)

    @cached_property
    def _with_uuids(self) -> list[bytes]:
        return self._only(self._ids != 0)

    @cached_property
    def _without_uuids(self) -> list[bytes]:
        return self._only(self._ids == ID[0])

    @cached_property
    def _runs(self) -> tuple[npt.NDArray[np.int64], list[int]]:
        """Where runs of digits begin and end that are no part of an id; which edge is each line's first."""
        edges = np.flatnonzero(self._digits[1:] != self._digits[:-1]) + 1
        lines = np.flatnonzero(self._text == _LINE_END)[: self._count + 1]
        return edges, np.searchsorted(edges, lines, side="right").tolist()

    def _only(self, wanted: _Flags) -> list[bytes]:
        """Return what of each line is `wanted`, and the character behind each stretch of it."""
        keep = wanted | (self._text == _LINE_END)
        keep[1:] |= wanted[:-1]
        text: bytes = self._text[keep].tobytes()
        return text.split(b"\n", self._count + 1)[1:-1]

    def _marked(self, marks: _Bytes) -> list[bytes]:
        """Return the lines with one mark in place of each run of equal `marks`."""
        marked = np.maximum(self._text, marks)
        keep = (marked[1:] != marked[:-1]) | (marks[1:] == 0)
        text: bytes = marked[:1].tobytes() + marked[1:][keep].tobytes()
        return text.split(b"\n", self._count + 1)[1:-1]


def _http(classes: _Bytes) -> _Flags:
    """Return where an HTTP version and the status after it may stand."""
    after = np.zeros(len(classes), dtype=np.bool_)
    after[3:] = (classes[:-3] == _T) & (classes[1:-2] == _P) & (classes[2:-1] == _SLASH)
    return _spread(after, _HTTP_LENGTH)[: len(classes)]


def _ids(classes: _Bytes) -> _Bytes:
    """Return for each character the mark of the id it belongs to, or 0."""
    digit, letter = classes == _DIGIT, classes == _LETTER
    hexadecimal = digit | letter
    fours = _all_of(hexadecimal, 4)
    eights = fours[:-4] & fours[4:]
    ids = eights & ~_all_of(digit, _ID_LENGTH) & ~_all_of(letter, _ID_LENGTH)
    marks = np.zeros(len(classes), dtype=np.uint8)
    if ids.any():
        marks[_spread(ids, _ID_LENGTH)] = ID[0]
    dash = classes == _DASH
    starts = len(classes) - _UUID_LENGTH - 1  # of the text behind its first newline
    uuids = np.logical_and.reduce([dash[at : at + starts] for at in _DASHES])
    if uuids.any():
        uuids &= np.logical_and.reduce([fours[at : at + starts] for at in _FOURS])
        uuids &= ~(hexadecimal[:starts] | hexadecimal[_UUID_LENGTH + 1 :])
        marks[1:-1][_spread(uuids, _UUID_LENGTH)] = UUID[0]
    return marks


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
