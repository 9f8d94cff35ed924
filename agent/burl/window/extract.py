"""Finds the ids in a portion's events: lines that can hold none cost nothing."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from burl.parse import Catalogue
from burl.receive.batch import Batch, Ints
from burl.window.finders import Finder, from_slots, from_text, from_texts
from burl.window.groups import group
from burl.window.numbered import Id, Ids, Numbered
from burl.window.patterns import Finds, has_name, id_pattern, starts_of, word_pattern
from burl.window.portion import Parameters, Portion
from burl.window.search import Search
from burl.window.spec import TRACE_ID, SessionSpec, Slot


class Mentions(NamedTuple):
    """The events of a portion that hold ids.

    Attributes:
        events: these events (n), rising.
        numbers: which of `ids` are those of each (n).
        ids: distinct ids of a line; what is not among the numbers means nothing.
    """

    events: Ints
    numbers: Ints
    ids: list[Ids]


def _search(kind: int, shape: str, pattern: Callable[[str], Finds]) -> Search:
    return Search(kind, pattern(shape), starts_of(shape))


def _attribute(attributes: Mapping[str, Any], name: str) -> str:
    """Return an attribute as text; `a.b` is found flat or nested."""
    value: Any = attributes.get(name)
    if value is None:
        value = attributes
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    return "" if value is None or isinstance(value, Mapping) else str(value)


class Extractor:
    """Finds ids by `spec`; per template it is settled once which finders apply."""

    def __init__(self, spec: SessionSpec, catalogue: Catalogue, parameters: Parameters) -> None:
        self._catalogue = catalogue
        self._parameters = parameters
        self._slots: dict[str, list[tuple[int, Slot]]] = {}
        for index, kind in enumerate(spec.kinds):
            for slot in kind.slots:
                self._slots.setdefault(slot.template_id, []).append((index, slot))
        kinds = list(enumerate(spec.kinds))
        self._attributes = [(index, kind.attribute) for index, kind in kinds if kind.attribute]
        patterns = [Search(index, id_pattern(kind.pattern)) for index, kind in kinds if kind.pattern]
        shapes = [_search(index, kind.shape, id_pattern) for index, kind in kinds if kind.shape]
        self._patterns = patterns
        self._by_pattern = from_texts(patterns) if patterns else None
        self._by_shape = from_texts([*patterns, *shapes]) if shapes else self._by_pattern
        self._names = {
            index: _search(index, kind.shape, word_pattern) for index, kind in kinds if has_name(kind.shape)
        }
        self._finders: list[Finder | None] = [None]
        self._numbers: dict[Finder | None, int] = {None: 0}
        self._of_templates = np.empty(0, dtype=np.int64)
        """The number of each template's finder: most templates have none, or share that of new ones."""

    def _finder_of(self, template: int) -> Finder | None:
        """Return what applies to a template: patterns always, slots where known, shapes where it is new."""
        known = self._catalogue[template]
        if known.id in self._slots:
            besides = from_text(self._patterns) if self._patterns else None
            return from_slots(template, self._slots[known.id], self._parameters, self._names, besides)
        return self._by_pattern if known.trained else self._by_shape

    def _settle(self) -> None:
        """Take in templates that were born since the last call."""
        born = range(len(self._of_templates), len(self._catalogue))
        if born:
            numbers = [self._number(self._finder_of(template)) for template in born]
            self._of_templates = np.append(self._of_templates, numbers)

    def _number(self, finder: Finder | None) -> int:
        number = self._numbers.setdefault(finder, len(self._finders))
        if number == len(self._finders):
            self._finders.append(finder)
        return number

    def ids(self, portion: Portion) -> Mentions:
        """Return the events that hold ids, and their ids."""
        self._settle()
        finders = self._of_templates[portion.templates]
        events = ((finders > 0) | bool(self._attributes)).nonzero()[0]
        numbered = Numbered()
        positions = portion.positions[events]
        numbers = self._in_text(portion.batch, positions, finders[events], numbered)
        if self._attributes:
            numbers = self._with_attributes(portion.batch, positions, numbers, numbered)
        found = numbers.nonzero()[0]
        return Mentions(events[found], numbers[found], numbered.ids)

    def _in_text(self, batch: Batch, positions: Ints, finders: Ints, numbered: Numbered) -> Ints:
        """Return the ids in the bodies at these positions, found for all lines of a finder at once."""
        groups = group(finders)
        bodies = [batch.bodies[position] for position in positions[groups.order].tolist()]
        found: list[int] = []
        for number, start, end in groups.each():
            finder = self._finders[number]
            found += finder(bodies[start:end], numbered) if finder else [0] * (end - start)
        numbers = np.empty(len(found), dtype=np.int64)
        numbers[groups.order] = found
        return numbers

    def _with_attributes(self, batch: Batch, positions: Ints, numbers: Ints, numbered: Numbered) -> Ints:
        """Return the ids in the text and attributes of each record, for those in the text."""
        columns = zip(numbers.tolist(), positions.tolist(), strict=True)
        ids = [
            tuple(sorted({*numbered.ids[number], *self._by_attribute(batch, position)}))
            for number, position in columns
        ]
        return np.fromiter(numbered.of_ids(ids), dtype=np.int64, count=len(ids))

    def _by_attribute(self, batch: Batch, position: int) -> list[Id]:
        found = []
        attributes: Mapping[str, Any] | None = None
        for kind, name in self._attributes:
            if name == TRACE_ID:
                value = batch.origin.trace_id(position)
            else:
                attributes = batch.origin.attributes(position) if attributes is None else attributes
                value = _attribute(attributes, name)
            if value:
                found.append((kind, value))
        return found
