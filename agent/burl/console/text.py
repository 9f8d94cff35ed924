"""Log text made safe to look at, and what differs between two lines."""

import re
import unicodedata
from difflib import SequenceMatcher
from typing import NamedTuple

_MAX_TOKENS = 400
"""Comparing is quadratic in the worst case, and nobody reads a longer line."""
_PIECE = re.compile(r"\s+|\S+")
_STEERING: dict[int, int | str] = {
    **{code: 0x2400 + code for code in range(32) if code not in (9, 10)},
    127: 0x2421,
    **{code: f"\\x{code:02x}" for code in range(0x80, 0xA0)},
    **{
        code: f"\\u{code:04x}"
        for code in range(0x2000, 0x2070)
        if unicodedata.category(chr(code)) in {"Cf", "Zl", "Zp"}
    },
    0xFEFF: "\\ufeff",
}
"""Control characters become their pictures; what turns or breaks text becomes its escape."""


class Piece(NamedTuple):
    """A stretch of a line, and whether it differs from the line it is compared with."""

    text: str
    differs: bool


def visible(text: str) -> str:
    r"""Return `text` without anything that steers a terminal or a browser's layout.

    >>> visible("a\x1b[31mb")
    'a␛[31mb'
    """
    return text.translate(_STEERING)


def compared(line: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Return both lines in pieces, those that the other one lacks marked; blanks are never marked."""
    left, right = line.split()[:_MAX_TOKENS], other.split()[:_MAX_TOKENS]
    same = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    in_left = {block.a + step for block in same for step in range(block.size)}
    in_right = {block.b + step for block in same for step in range(block.size)}
    return _pieces(line, in_left), _pieces(other, in_right)


def _pieces(line: str, same: set[int]) -> list[Piece]:
    pieces, token = [], 0
    for text in _PIECE.findall(line):
        blank = text.isspace()
        pieces.append(Piece(text, not blank and token < _MAX_TOKENS and token not in same))
        token += not blank
    return pieces
