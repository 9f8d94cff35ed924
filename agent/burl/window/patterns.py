"""Expressions that find ids in a text: never slower than the square of what they are given to search."""

import re
from collections.abc import Iterator
from typing import Any, Protocol

import re2

from burl.parse.backtracking import may_run_away

SEARCHED_CHARS = 4096
"""Characters of a text that ids are looked for in."""

_NOT_LITERAL = re.compile(r"\\.|\[[^]]*\]|\(\?<?[!=:]")
"""Parts of the expressions of shapes that are no text: escapes, sets of characters, how groups begin."""


_AROUND = re.compile(r"\(\?<?!(?:\\.|[^()\\])*\)")
_CHARS = r"(?:\\[^\w\s]|[\w ])+"
_EITHER = rf"\(\?:({_CHARS}(?:\|{_CHARS})*)\)"
_SET = r"\(?\[(?:\\.|[^\]\\])+\](?:\{[1-9][^}]*\})?\)?"
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


def hints_of(shape: str) -> tuple[str, ...]:
    """Return texts of which one stands in all that a shape finds; none where that is not plain to see.

    A line that holds none of them need not be searched, which takes ten times as long as to see that.
    """
    texts = [texts for texts in _texts_of(shape) if texts]
    return max(texts, key=lambda each: min(map(len, each)), default=())


def starts_of(shape: str) -> tuple[str, ...]:
    """Return texts with one of which all begins that a shape finds; none where that is not plain to see."""
    return next(iter(_texts_of(shape)), ())


def _texts_of(shape: str) -> list[tuple[str, ...]]:
    """Return for each part of a shape the texts of which one stands there; none for sets of characters."""
    parts = _AROUND.sub("", shape)
    if not _SHAPE.fullmatch(parts):
        return []
    texts = [either or chars for either, chars in _PARTS.findall(parts)]
    return [tuple(text.replace("\\", "").split("|")) if text else () for text in texts]


def has_name(shape: str) -> bool:
    """Return True for the shape of ids with letters of their own (`blk_`), which no other word has."""
    return any(char.isalpha() for char in _NOT_LITERAL.sub("", shape))


def word_pattern(shape: str) -> Finds:
    """Return an expression that finds whole words of a shape. Raises ValueError as `id_pattern`."""
    return id_pattern(rf"(?<![\w.-])(?:{shape})(?![\w-]|\.[\w-])")
