"""Lines known by their keys: most are never masked, and their template is that of the lines like them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import repeat

import numpy as np

from burl.parse.cache import (
    EACH_ALONE,
    IDS_DECIDE,
    KIND,
    KNOWN,
    NEW,
    OPEN,
    RUNS_DECIDE,
    SEEN_ONCE,
    SHAPE,
    SHAPED,
    TEMPLATE_SHIFT,
    Decisive,
    Exact,
    KeyCache,
)
from burl.parse.continuation import shape
from burl.parse.deciding import Deciding, ids_of
from burl.parse.keys import ID, UUID, Keys
from burl.parse.masks import Masker
from burl.receive.batch import Ints

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

    def templates(self, positions: Ints) -> Ints:
        """Return the templates of lines whose codes tell none; UNKNOWN where no line before them told it."""
        for position in positions[self.codes[positions] & KIND == SHAPED].tolist():
            self.codes[position] = self._decided(position)
        kinds = self.codes[positions] & KIND
        some = (kinds == RUNS_DECIDE) | (kinds == IDS_DECIDE)
        alike: list[int] = positions[some].tolist()
        self._exact = self._exact_keys(alike)
        exact = map(self._exact.get, alike, repeat(()))
        found = np.full(len(positions), UNKNOWN)
        found[some] = np.fromiter(map(self._cache.exact.get, exact, repeat(UNKNOWN)), dtype=np.int64)
        return found

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
            alone = code & KIND != IDS_DECIDE and self._ids_matter(position, self._deciding.ids_decide)
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
            self._cache.note_code(key, SEEN_ONCE if _has_ids(key) else SHAPED | look)
            return EACH_ALONE | look
        kind = EACH_ALONE if self._ids_matter(position, self._deciding.ids_shape) else SHAPED
        return self._cache.note_code(key, kind | look)

    def _decided(self, position: int) -> int:
        """Return the code of a line that was SHAPED."""
        key = self._keys.keys[position]
        code = self._cache.codes.get(key, NEW)  # a line before this one may have been of this key
        if code & KIND not in (SHAPED, SEEN_ONCE, NEW):
            return code
        return self._cache.note_code(key, self._kind(key, position) | int(self.codes[position]) & SHAPE)

    def _kind(self, key: bytes, position: int) -> int:
        runs = self._deciding.runs(key)
        if runs is None:
            return EACH_ALONE
        edges = (*runs.values, *runs.lengths)
        ids_decide = self._ids_matter(position, self._deciding.ids_decide)
        if not edges and not ids_decide:
            return OPEN
        if ids_decide:
            edges += ids_of(key, uuids=self._ids_matter(position, self._deciding.uuids_decide))
        self._cache.decisive[key] = Decisive(edges, lengths=not (runs.values or ids_decide))
        return IDS_DECIDE if ids_decide else RUNS_DECIDE

    def _ids_matter(self, position: int, to: Callable[[bytes], bool]) -> bool:
        """Return whether a line has ids and `to`, asked with the line bare of them, says that they matter."""
        key = self._keys.keys[position]
        return _has_ids(key) and to(self._keys.bare(position))

    def _exact_keys(self, positions: Iterable[int]) -> dict[int, Exact]:
        """Return what decides the templates of lines of which only some does, unless it is forgotten."""
        keys = self._keys.keys
        groups: defaultdict[Decisive, list[int]] = defaultdict(list)
        for position in positions:
            decisive = self._cache.decisive.get(keys[position])
            if decisive is not None:
                groups[decisive].append(position)
        exact: dict[int, Exact] = {}
        for decisive, alike in groups.items():
            texts = self._keys.stretches(alike, np.array(decisive.edges)[:, np.newaxis])
            if decisive.lengths:
                texts = [[text.translate(_ZEROS) for text in column] for column in texts]
            exact.update(zip(alike, zip(map(keys.__getitem__, alike), *texts, strict=True), strict=True))
        return exact


def _has_ids(key: bytes) -> bool:
    return ID in key or UUID in key
