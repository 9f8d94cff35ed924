"""The caches in front of masking and mining: they only remember what the slow path would answer again.

So a cold cache gives the same templates as a warm one. By key (see `burl.parse.keys`) a *code* is known:
`template << 6 | kind << 3 | shape`. Behind it stand the templates of masked texts.
"""

from typing import NamedTuple

SHAPE = 0b111
KIND = 0b111_000
TEMPLATE_SHIFT = 6
UNKNOWN = -1
"""Stands for a template."""

KNOWN = 0 << 3
"""All lines of the key have the template of the code."""
OPEN = 1 << 3
"""All lines of the key have one template, which is not known yet."""
RUNS_DECIDE = 2 << 3
"""Some runs of digits, or their lengths, decide the template."""
IDS_DECIDE = 3 << 3
"""The ids decide the template, and perhaps some runs of digits."""
SHAPED = 4 << 3
"""What decides the template is not found out yet: of lines that continue a record nobody asks.

The template is that of some line of the key, here and below, UNKNOWN while none was masked.
"""
EACH_ALONE = 5 << 3
"""Anything may decide the template, and the shape."""
SEEN = 6 << 3
"""Even the shape is found out when the key comes again: most keys that never do cost little.

In place of the shape stands how often it came again.
"""
NEW = 7 << 3

Exact = tuple[bytes, ...]
"""A key and what of a line decides: runs of digits, ids."""


class Decisive(NamedTuple):
    """What of a key's lines decides their template: runs of digits, or their lengths alone, and ids.

    Each is known by the edge where it begins, see `burl.parse.keys.Keys.stretches`.
    """

    edges: tuple[int, ...]
    lengths: bool = False


class KeyCache:
    """A full level is emptied: filling it again costs little beside keeping an order of use."""

    def __init__(self, max_entries: int) -> None:
        """Args: `max_entries` is the limit of each level."""
        self.codes: dict[bytes, int] = {}
        self.texts: dict[str, int] = {}
        self.exact: dict[Exact, int] = {}
        self.decisive: dict[bytes, Decisive] = {}
        self._max_entries = max_entries

    def note_code(self, key: bytes, code: int) -> int:
        """Remember the code of a key; return it."""
        if len(self.codes) >= self._max_entries:
            self.codes.clear()
            self.decisive.clear()
        self.codes[key] = code
        return code

    def note_exact(self, exact: Exact, index: int) -> None:
        """Remember the template of what decides it."""
        if len(self.exact) >= self._max_entries:
            self.exact.clear()
        self.exact[exact] = index

    def note_text(self, masked: str, index: int) -> None:
        """Remember the template of a masked text."""
        if len(self.texts) >= self._max_entries:
            self.texts.clear()
        self.texts[masked] = index

    def clear(self) -> None:
        """Forget everything."""
        for level in (self.codes, self.texts, self.exact, self.decisive):
            level.clear()
