"""Lines that say the same in some places of their template, told without masking them.

A detector of lines takes half of the time so (`make bench`, section `text`).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from burl.parse.deciding import Deciding, Runs, marks_of
from burl.parse.keys import AT_ONCE, DIGITS, ID, UUID, Keys
from burl.parse.lines import LineReader

Kind = tuple[bytes | int, ...]
"""Equal for lines of one template that say the same."""
_Asked = tuple[bytes, int, tuple[int, ...]]
"""A key, a template, and some of its wildcards."""

_MAX_CHARS = 2_000
"""Longer lines are not compared: readers cut them off."""
_SHORT = 3
"""Digits of a number that may mean something: a status, an exit code, a signal."""
_FIRST = 10_000
_STANDS_FOR = {DIGITS: "{}", ID: "a{:07}", UUID: "a0a0a0a0-0000-4000-8000-{:012}"}
"""Each stretch of a key is given a number or an id of its own: values that hold it are made of it."""


class Kinds:
    """Knows of a key which digits and ids of its lines stand in places that somebody reads."""

    def __init__(
        self,
        reader: LineReader,
        deciding: Deciding,
        parameters: Callable[[str, int], Sequence[str]],
        max_entries: int,
    ) -> None:
        """Args: `parameters` returns the values of a line's wildcards; `max_entries` bounds what is known."""
        self._reader, self._deciding, self._parameters = reader, deciding, parameters
        self._max_entries = max_entries
        self._edges: dict[_Asked, tuple[int, ...] | None] = {}

    def of(
        self, bodies: list[str], templates: Sequence[int], places: Sequence[tuple[int, ...]]
    ) -> list[Kind | None]:
        """As `Parser.kinds`."""
        kinds: list[Kind | None] = []
        for start in range(0, len(bodies), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            kinds += self._of(bodies[part], templates[part], places[part])
        return kinds

    def _of(
        self, bodies: list[str], templates: Sequence[int], places: Sequence[tuple[int, ...]]
    ) -> list[Kind | None]:
        keys = Keys(self._reader.heads(bodies))
        by_count: defaultdict[int, dict[int, tuple[int, ...]]] = defaultdict(dict)
        for row, asked in enumerate(zip(keys.keys, templates, places, strict=True)):
            edges = self._edges[asked] if asked in self._edges else self._learn(asked)
            if edges is not None and len(bodies[row]) <= _MAX_CHARS:
                by_count[len(edges)][row] = edges
        kinds: list[Kind | None] = [None] * len(bodies)
        for alike in by_count.values():
            columns = map(_shortened, keys.stretches([*alike], np.array([*alike.values()], dtype=np.int64).T))
            for row, *texts in zip(alike, *columns, strict=True):
                kinds[row] = (keys.keys[row], templates[row], *texts)
        return kinds

    def _learn(self, asked: _Asked) -> tuple[int, ...] | None:
        """Find out at which edges what `asked` is about stands; None where masks look at digits or ids."""
        if len(self._edges) >= self._max_entries:
            self._edges.clear()
        key = asked[0]
        exact = self._deciding.runs(key) == Runs((), ()) and not self._deciding.ids_decide(key)
        self._edges[asked] = self._found(*asked) if exact else None
        return self._edges[asked]

    def _found(self, key: bytes, template: int, places: Sequence[int]) -> tuple[int, ...]:
        """Return the edges at which the digits and ids begin that stand in `places`."""
        marks = [(edge, mark) for edge, _, mark in marks_of(key)]
        names = {edge: _STANDS_FOR[mark].format(_FIRST + edge) for edge, mark in marks}
        line = key
        for edge, mark in marks:
            line = line.replace(mark, names[edge].encode(), 1)
        values = self._parameters(line.decode(), template)
        said = "\n".join(values[place] for place in places if place < len(values))
        return tuple(edge for edge, name in names.items() if name in said)


def _shortened(texts: Sequence[bytes]) -> list[bytes]:
    return [text if len(text) <= _SHORT or not text.isdigit() else b"" for text in texts]
