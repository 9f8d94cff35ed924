"""Lines known by their keys: most are never masked, and their template is that of the lines like them."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import repeat

import numpy as np

from burl.parse.cache import (
    EACH_ALONE,
    IDS_DECIDE,
    KIND,
    KNOWN,
    LENGTHS_DECIDE,
    NEW,
    OPEN,
    SEEN_ONCE,
    SHAPE,
    TEMPLATE_SHIFT,
    VALUES_DECIDE,
    Decisive,
    Exact,
    KeyCache,
)
from burl.parse.continuation import shape
from burl.parse.deciding import Deciding
from burl.parse.keys import ID, UUID, Keys
from burl.parse.masks import Masker

UNKNOWN = -1

_ZEROS = bytes.maketrans(b"123456789", b"000000000")


class Recognition:
    """What is known of the lines of one slice before they are masked, and what is learnt of them."""

    def __init__(self, cache: KeyCache, deciding: Deciding, lines: list[str]) -> None:
        """Args: `lines` hold no newline."""
        self._cache, self._deciding = cache, deciding
        self.lines = lines
        self._keys = Keys(lines)
        self.codes = np.empty(len(lines), dtype=np.int64)
        """By line, see `burl.parse.cache`; its kind is none of SEEN_ONCE and NEW."""
        self._exact: dict[int, Exact] = {}
        self.look_up(0)

    def look_up(self, start: int) -> None:
        """Set `codes` of the lines from `start` on."""
        keys = self._keys.keys[start:]
        known = map(self._cache.codes.get, keys, repeat(NEW))
        self.codes[start:] = np.fromiter(known, dtype=np.int64, count=len(keys))
        for position in (np.flatnonzero(self.codes[start:] & KIND >= EACH_ALONE) + start).tolist():
            self.codes[position] = self._code(position)

    def templates(self, positions: Sequence[int]) -> list[int]:
        """Return the templates of lines whose codes tell none; UNKNOWN where no line before them told it."""
        found = dict.fromkeys(positions, UNKNOWN)
        self._exact = {}
        by_key: defaultdict[bytes, list[int]] = defaultdict(list)
        for position, code in zip(positions, self.codes[positions].tolist(), strict=True):
            if VALUES_DECIDE <= code & KIND <= IDS_DECIDE:
                by_key[self._keys.keys[position]].append(position)
        for key, alike in by_key.items():
            exact = self._exact_keys(key, alike)
            self._exact.update(zip(alike, exact, strict=False))
            found.update(zip(alike, map(self._cache.exact.get, exact, repeat(UNKNOWN)), strict=False))
        return list(found.values())

    def template(self, position: int) -> int:
        """Return the template of a line that `templates` was asked for, as far as it is known by now."""
        if self.codes[position] & KIND == OPEN:
            code = self._cache.codes.get(self._keys.keys[position], NEW)
            return code >> TEMPLATE_SHIFT if code & KIND == KNOWN else UNKNOWN
        exact = self._exact.get(position)
        return UNKNOWN if exact is None else self._cache.exact.get(exact, UNKNOWN)

    def learn(self, position: int, index: int) -> None:
        """Remember the template of a line that `template` did not know."""
        code, exact = int(self.codes[position]), self._exact.get(position)
        if code & KIND == OPEN:
            self._cache.note_code(self._keys.keys[position], index << TEMPLATE_SHIFT | KNOWN | code & SHAPE)
        elif exact is not None and exact not in self._cache.exact:
            bare = self._keys.bare(position)
            alone = code & KIND != IDS_DECIDE and _has_ids(bare) and self._deciding.ids_decide(bare)
            self._cache.note_exact(exact, UNKNOWN if alone else index)

    def _code(self, position: int) -> int:
        key = self._keys.keys[position]
        code = self._cache.codes.get(key, NEW)  # a line before this one may have been of this key
        if code & KIND < EACH_ALONE:
            return code
        look = shape(Masker.key(self.lines[position]).decode())
        if code & KIND == EACH_ALONE:
            return EACH_ALONE | look
        if code & KIND == NEW:
            self._cache.note_code(key, SEEN_ONCE)
            return EACH_ALONE | look
        return self._cache.note_code(key, self._kind(key, position) | look)

    def _kind(self, key: bytes, position: int) -> int:
        runs, bare = self._deciding.runs(key), self._keys.bare(position)
        if runs is None or (_has_ids(bare) and self._deciding.ids_shape(bare)):
            return EACH_ALONE
        deciding = (*runs.values, *runs.lengths)
        ids_decide = _has_ids(bare) and self._deciding.ids_decide(bare)
        if not deciding and not ids_decide:
            return OPEN
        self._cache.decisive[key] = Decisive(deciding, ids_decide and self._deciding.uuids_decide(bare))
        if ids_decide:
            return IDS_DECIDE
        return VALUES_DECIDE if runs.values else LENGTHS_DECIDE

    def _exact_keys(self, key: bytes, positions: Sequence[int]) -> list[Exact]:
        """Return what decides the templates of lines of one key; nothing when that was forgotten."""
        decisive = self._cache.decisive.get(key)
        if decisive is None:
            return []
        columns = self._keys.runs(positions, decisive.runs)
        kind = int(self.codes[positions[0]]) & KIND
        if kind == LENGTHS_DECIDE:
            columns = [[run.translate(_ZEROS) for run in column] for column in columns]
        elif kind == IDS_DECIDE:
            columns.append(self._keys.ids(positions, uuids=decisive.uuids))
        return list(zip(repeat(key), zip(*columns, strict=True), strict=False))


def _has_ids(bare: bytes) -> bool:
    return ID in bare or UUID in bare
