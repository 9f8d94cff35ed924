"""Expressions that find ids in a text: never slower than the square of what they are given to search."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

import re2

from burl.parse.backtracking import may_run_away

SEARCHED_CHARS = 4096
"""Characters of a text that ids are looked for in."""

_NOT_LITERAL = re.compile(r"\\.|\[[^]]*\]|\(\?<?[!=:]")
"""Parts of the expressions of shapes that are no text: escapes, sets of characters, how groups begin."""


_AROUND = re.compile(r"\(\?<?!(?:\\.|[^()\\])*\)")
_CHARS = r"(?:\\[^\w\s]|[\w ])+"
_EITHER = rf"\(\?:({_CHARS}(?:\|{_CHARS})*)\)"
_SET = r"\(?(\[(?:\\.|[^\]\\])+\])(?:\{([1-9]\d*)(,\d*)?\})?\)?"
_PARTS = re.compile(rf"{_EITHER}|{_SET}|({_CHARS})")
_SHAPE = re.compile(f"(?:{_PARTS.pattern})+")
"""Shapes of which each part must be there: texts, one of several texts, and sets of characters."""


class Finds(Protocol):
    """What both engines' expressions can do."""

    @property
    def groups(self) -> int:
        """Return the number of groups."""
        ...

    def finditer(self, text: str) -> Iterator[Any]:
        """Yield the matches, which give their groups by number."""
        ...

    def match(self, text: str, at: int) -> Any:
        """Return the match that begins at `at`, or None."""
        ...


def id_pattern(pattern: str) -> Finds:
    """Return an expression given by a user, run in linear time where Python's engine might run away.

    Raises:
        ValueError: it is none; or it might run away, and is none of RE2 either (look-around, backreferences).
    """
    try:
        compiled = re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    reason = may_run_away(pattern)
    if not reason:
        return compiled
    options = re2.Options()
    options.log_errors = False
    try:
        linear: Finds = re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"may take for ever, and RE2 does not know it either: {reason}") from error
    return linear


class Starts(NamedTuple):
    """How all begins that a shape finds: a line without that need not be searched.

    Attributes:
        texts: with one of these, written as `fold` does.
        fold: writes all characters of the shape's first set alike; None where it begins with text.
    """

    texts: tuple[bytes, ...]
    fold: bytes | None = None

    def places(self, text: str) -> list[int]:
        """Return where such texts stand in `text`, rising."""
        folded = text.encode("ascii", "replace")  # a byte for each character
        if self.fold:
            folded = folded.translate(self.fold)
        return sorted({at for start in self.texts for at in _places(folded, start)})


def starts_of(shape: str) -> Starts | None:
    """Return how all begins that a shape finds; None where that is not plain to see."""
    parts = _AROUND.sub("", shape)
    if not _SHAPE.fullmatch(parts):
        return None
    (either, first, *_, chars), *_ = found = _PARTS.findall(parts)
    if first:
        return _starts_in(first, found)
    return Starts(tuple(_plain(text) for text in (either or chars).split("|")))


def _starts_in(chars: str, parts: Iterable[tuple[str, str, str, str, str]]) -> Starts | None:
    """Return how a shape of these parts begins whose first is a set of characters."""
    members = [code for code in range(128) if re.fullmatch(chars, chr(code))]
    if chars.startswith("[^") or not chars.isascii() or not members:
        return None
    one = bytes(members[:1])
    fold = bytes(one[0] if code in members else code for code in range(256))
    start = b""
    for _, of, least, or_more, text in parts:
        if of not in {chars, ""} or not (of or text):
            break
        start += one * int(least or 1) if of else _plain(text).translate(fold)
        if or_more:
            break
    return Starts((start,), fold)


def _plain(text: str) -> bytes:
    return text.replace("\\", "").encode("ascii", "replace")


def _places(text: bytes, part: bytes) -> Iterator[int]:
    """Yield where `part` stands in `text`."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def has_name(shape: str) -> bool:
    """Return True for the shape of ids with letters of their own (`blk_`), which no other word has."""
    return any(char.isalpha() for char in _NOT_LITERAL.sub("", shape))


def word_pattern(shape: str) -> Finds:
    """Return an expression that finds whole words of a shape. Raises ValueError as `id_pattern`."""
    return id_pattern(rf"(?<![\w.-])(?:{shape})(?![\w-]|\.[\w-])")
