"""Expressions that find ids in a text: never slower than the square of what they are given to search."""

import re
from collections.abc import Iterator
from typing import Any, Protocol

import re2

from burl.parse.backtracking import may_run_away

SEARCHED_CHARS = 4096
"""Characters of a text that ids are looked for in."""


class Finds(Protocol):
    """What both engines' expressions can do."""

    @property
    def groups(self) -> int:
        """Return the number of groups."""
        ...

    def finditer(self, text: str) -> Iterator[Any]:
        """Yield the matches, which give their groups by number."""
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
