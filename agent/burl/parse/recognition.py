"""Lines known by their keys: most are never masked, and their template is that of the lines like them."""

from collections import defaultdict
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
    SEEN,
    SHAPE,
    SHAPED,
    TEMPLATE_SHIFT,
    UNKNOWN,
    Decisive,
    Exact,
    KeyCache,
)
from burl.parse.continuation import shape
from burl.parse.deciding import Deciding, ids_of
from burl.parse.keys import AT_ONCE, Keys, has_ids
from burl.parse.lines import LineReader
from burl.parse.masks import Masker
from burl.receive.batch import Ints

_AGAIN_WITH_IDS = 2
"""Finding out what ids decide costs as much as masking ten lines, and one key in four never comes a fourth
time: the shop takes a tenth less while it learns (bench/rooms.py)."""
_ZEROS = bytes.maketrans(b"123456789", b"000000000")


class Recognition:
    """What is known of the lines of one slice before they are masked, and what is learnt of them."""

    def __init__(self, cache: KeyCache, deciding: Deciding, reader: LineReader, bodies: list[str]) -> None:
        """Look the heads of `bodies` up."""
        self._cache, self._deciding = cache, deciding
        self.lines: list[str] = []
        self._keys: list[bytes] = []
        for start in range(0, len(bodies), AT_ONCE):
            heads = reader.heads(bodies[start : start + AT_ONCE])
            self.lines += heads
            self._keys += Keys(heads).keys
        self.codes = np.empty(len(bodies), dtype=np.int64)
        """By line, see `burl.parse.cache`; its kind is none of SEEN and NEW."""
        self._exact: dict[int, Exact] = {}
        self.look_up(0)

    def look_up(self, start: int) -> None:
        """Set `codes` of the lines from `start` on."""
        keys = self._keys[start:]
        known = map(self._cache.codes.get, keys, repeat(NEW))
        self.codes[start:] = np.fromiter(known, dtype=np.int64, count=len(keys))
        for position in (np.flatnonzero(self.codes[start:] & KIND >= EACH_ALONE) + start).tolist():
            self.codes[position] = self._code(position)

    def templates(self, positions: Ints) -> Ints:
        """Return the templates of lines whose codes tell none; UNKNOWN where no line before them told it."""
        for position in positions[self.codes[positions] & KIND == SHAPED].tolist():
            self.codes[position] = self._decided(position)
        codes = self.codes[positions]
        found = np.where(codes & KIND == KNOWN, codes >> TEMPLATE_SHIFT, UNKNOWN)
        some = (codes & KIND == RUNS_DECIDE) | (codes & KIND == IDS_DECIDE)
        alike: list[int] = positions[some].tolist()
        self._exact = {}
        for start in range(0, len(alike), AT_ONCE):
            self._exact.update(self._exact_keys(alike[start : start + AT_ONCE]))
        exact = map(self._exact.get, alike, repeat(()))
        found[some] = np.fromiter(map(self._cache.exact.get, exact, repeat(UNKNOWN)), dtype=np.int64)
        return found

    def template(self, position: int) -> int:
        """Return the template of a line that `templates` was asked for, as far as it is known by now."""
        code = self._cache.codes.get(self._keys[position], NEW)
        if code & KIND == KNOWN:
            return code >> TEMPLATE_SHIFT
        exact = self._exact.get(position)
        return UNKNOWN if exact is None else self._cache.exact.get(exact, UNKNOWN)

    def learn(self, position: int, index: int) -> None:
        """Remember the template of a line that `template` did not know."""
        key, exact = self._keys[position], self._exact.get(position)
        code = self._cache.codes.get(key, NEW)
        if code & KIND in (SEEN, SHAPED):
            self._cache.note_code(key, index << TEMPLATE_SHIFT | code & (KIND | SHAPE))
        elif code & KIND == OPEN:
            self._cache.note_code(key, index << TEMPLATE_SHIFT | KNOWN | code & SHAPE)
        elif exact is not None and exact not in self._cache.exact:
            alone = code & KIND != IDS_DECIDE and self._deciding.ids_decide(
                *Keys([self.lines[position]]).bare()
            )
            self._cache.note_exact(exact, UNKNOWN if alone else index)

    def _code(self, position: int) -> int:
        key = self._keys[position]
        code = self._cache.codes.get(key, NEW)  # a line before this one may have been of this key
        if code & KIND == NEW:
            code = self._cache.note_code(key, UNKNOWN << TEMPLATE_SHIFT | SEEN)
        elif code & KIND == SEEN:
            code = self._cache.note_code(key, self._shaped(key, code))
        if code & KIND < EACH_ALONE:
            return code
        return EACH_ALONE | shape(Masker.key(self.lines[position]).decode())

    def _shaped(self, key: bytes, code: int) -> int:
        """Return the code of a key that was SEEN and comes again."""
        if has_ids(key) and code & SHAPE < _AGAIN_WITH_IDS:
            return code + 1
        shapes = self._deciding.shapes(key)
        return code & ~(KIND | SHAPE) | (EACH_ALONE if len(shapes) > 1 else SHAPED | shapes.pop())

    def _decided(self, position: int) -> int:
        """Return the code of a line that was SHAPED."""
        key = self._keys[position]
        code = self._cache.codes.get(key, NEW)  # a line before this one may have been of this key
        if code & KIND > EACH_ALONE:  # or was forgotten
            code = int(self.codes[position])
        if code & KIND != SHAPED:
            return code
        kind = self._kind(key)
        known = kind == OPEN and code >> TEMPLATE_SHIFT != UNKNOWN
        return self._cache.note_code(key, code ^ SHAPED ^ (KNOWN if known else kind))

    def _kind(self, key: bytes) -> int:
        runs = self._deciding.runs(key)
        if runs is None:
            return EACH_ALONE
        edges = (*runs.values, *runs.lengths)
        ids_decide = self._deciding.ids_decide(key)
        if not edges and not ids_decide:
            return OPEN
        if ids_decide:
            edges += ids_of(key, uuids=self._deciding.uuids_decide(key))
        self._cache.decisive[key] = Decisive(edges, lengths=not (runs.values or ids_decide))
        return IDS_DECIDE if ids_decide else RUNS_DECIDE

    def _exact_keys(self, positions: list[int]) -> dict[int, Exact]:
        """Return what decides the templates of lines of which only some does, unless it is forgotten."""
        lines = Keys([self.lines[position] for position in positions])
        keys = [self._keys[position] for position in positions]
        groups: defaultdict[Decisive, list[int]] = defaultdict(list)
        for row, key in enumerate(keys):
            decisive = self._cache.decisive.get(key)
            if decisive is not None:
                groups[decisive].append(row)
        exact: dict[int, Exact] = {}
        for decisive, rows in groups.items():
            texts = lines.stretches(rows, np.array(decisive.edges)[:, np.newaxis])
            if decisive.lengths:
                texts = [[text.translate(_ZEROS) for text in column] for column in texts]
            found = zip(map(keys.__getitem__, rows), *texts, strict=True)
            exact.update(zip(map(positions.__getitem__, rows), found, strict=True))
        return exact
