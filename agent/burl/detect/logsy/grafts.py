"""Lines of other systems in the dress of the target's: normal lines in which a stretch is foreign."""

from dataclasses import dataclass

import numpy as np

from burl.detect.lines import Rows
from burl.detect.lines.lexicon import PAD, UNKNOWN

_EACH = 8
"""Grafted lines made of each normal one."""
_MOST = 20_000
_UNKNOWN_SHARE = 0.3
"""Of the grafts, how many are of unknown words."""


@dataclass(frozen=True, slots=True)
class Grafts:
    """Makes lines that are almost normal.

    Lines of other systems alone are told by their first words; all that begins as the target's lines do would
    then pass for normal. On BGL an unseen kernel message was scored as a seen one without grafts.

    Attributes:
        normal: lines (n, max_words).
        other: lines of other systems (m, max_words), m >= 1.
    """

    normal: Rows
    other: Rows

    def make(self, rng: np.random.Generator) -> Rows:
        """Return normal lines, some words of each replaced by those of another system or unknown ones."""
        chosen = np.tile(np.arange(len(self.normal)), _EACH)[:_MOST]
        return np.stack([self._grafted(self.normal[row], rng) for row in chosen])

    def _grafted(self, row: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        result = row.copy()
        length = int(np.count_nonzero(row != PAD))
        size = int(rng.integers(1, max(length // 2, 1) + 1))
        start = int(rng.integers(0, max(length - size, 0) + 1))
        foreign = self.other[int(rng.integers(len(self.other)))]
        foreign = foreign[foreign != PAD]
        if not len(foreign) or rng.random() < _UNKNOWN_SHARE:
            foreign = np.full(size, UNKNOWN, dtype=np.int32)
        begin = int(rng.integers(0, max(len(foreign) - size, 0) + 1))
        result[start : start + size] = np.resize(foreign[begin : begin + size], size)
        return result
