"""Lines that are almost normal: normal ones in which a stretch is foreign, or of another normal line."""

from dataclasses import dataclass

import numpy as np

from burl.detect.lines import Rows
from burl.detect.lines.lexicon import PAD, UNKNOWN

_EACH = 24
"""Grafted lines made of each normal one."""
_MOST = 20_000
_UNKNOWN_SHARE, _OTHER_SHARE = 0.2, 0.2
"""Of the grafts, how many are of unknown words and of other systems; the rest is of other normal lines."""


@dataclass(frozen=True, slots=True)
class Grafts:
    """Makes lines that are almost normal.

    Lines of other systems alone are told by their first words; all that begins as the target's lines do would
    then pass for normal: on BGL unseen kernel messages were scored as seen ones without grafts, and, without
    those of normal lines, unseen messages of known words (`data TLB error interrupt`).

    Attributes:
        normal: lines (n, max_words).
        other: lines of other systems (m, max_words), m >= 1.
    """

    normal: Rows
    other: Rows

    def make(self, rng: np.random.Generator) -> Rows:
        """Return copies of normal lines, some words of each replaced; none of them is a normal line."""
        chosen = np.tile(np.arange(len(self.normal)), _EACH)[:_MOST]
        known = {row.tobytes() for row in self.normal}
        made = [self._grafted(self.normal[row], rng) for row in chosen]
        kept = [row for row in made if row.tobytes() not in known]
        return np.stack(kept) if kept else self.normal[:0]

    def _grafted(self, row: Rows, rng: np.random.Generator) -> Rows:
        result = row.copy()
        length = int(np.count_nonzero(row != PAD))
        size = int(rng.integers(1, max(length // 2, 1) + 1))
        start = int(rng.integers(0, max(length - size, 0) + 1))
        foreign = self._donor(rng)
        begin = int(rng.integers(0, max(len(foreign) - size, 0) + 1))
        result[start : start + size] = np.resize(foreign[begin : begin + size], size)
        return result

    def _donor(self, rng: np.random.Generator) -> Rows:
        """Return the words of a line, without padding."""
        kind = rng.random()
        donors = self.other if kind < _UNKNOWN_SHARE + _OTHER_SHARE else self.normal
        words = donors[int(rng.integers(len(donors)))]
        is_unknown = kind < _UNKNOWN_SHARE or not words.any()
        return np.full(1, UNKNOWN, dtype=np.int32) if is_unknown else words[words != PAD]
