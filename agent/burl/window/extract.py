"""Finds the ids in a portion's events: lines that can hold none cost nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from burl.parse import Catalogue
from burl.window.patterns import SEARCHED_CHARS, Finds, has_name, id_pattern, word_pattern
from burl.window.portion import Parameters, Portion
from burl.window.spec import TRACE_ID, SessionSpec, Slot
from burl.window.words import after, words_of

Id = tuple[int, str]
"""Index of the kind in the spec, and the id's text."""

Finder = Callable[[str, int], Sequence[Id]]
"""Called as `finder(body, template)`."""


def _from_slots(
    places: list[tuple[int, Slot]], parameters: Parameters, shapes: Mapping[int, Finds]
) -> Finder:
    """Return a finder for one template whose ids stand in known slots; `shapes` are of kinds with a name."""
    exact = _from_parameters(places, parameters)
    if all(slot.after for _, slot in places):
        return _from_anchors(places, exact)
    if all(kind in shapes for kind, _ in places):
        return _from_shapes(Counter(kind for kind, _ in places), shapes, exact)
    return exact


def _from_shapes(wanted: Mapping[int, int], shapes: Mapping[int, Finds], otherwise: Finder) -> Finder:
    """Return a finder of as many words of each kind as are wanted; a line with others is looked at in full.

    Where a parameter begins is known only after masking, which takes thirty times as long.
    """

    def find(body: str, template: int) -> Sequence[Id]:
        found: list[Id] = []
        text = body[:SEARCHED_CHARS]
        for kind, count in wanted.items():
            words = [match[0] for match in shapes[kind].finditer(text)]
            if len(words) != count:
                return otherwise(body, template)
            found += [(kind, word) for word in words]
        return found

    return find


def _from_anchors(places: list[tuple[int, Slot]], otherwise: Finder) -> Finder:
    """Return a finder by the text before each id; a line that lacks it is looked at in full."""
    searches = [(kind, after(slot.after).search) for kind, slot in places]
    (first, search), *others = searches

    def find_one(body: str, template: int) -> Sequence[Id]:
        match = search(body)
        return ((first, match[1]),) if match and match[1] else otherwise(body, template)

    def find(body: str, template: int) -> Sequence[Id]:
        found = [(kind, match[1]) for kind, search in searches if (match := search(body)) and match[1]]
        return found if len(found) == len(searches) else otherwise(body, template)

    return find if others else find_one


def _from_parameters(places: list[tuple[int, Slot]], parameters: Parameters) -> Finder:
    wanted: dict[int, list[tuple[int, int]]] = {}
    for kind, slot in places:
        wanted.setdefault(slot.parameter, []).append((slot.word, kind))

    def find(body: str, template: int) -> list[Id]:
        found = []
        for parameter, words in enumerate(words_of(body, parameters(body, template))):
            targets = wanted.get(parameter, ())
            found += [(kind, words[word]) for word, kind in targets if word < len(words)]
        return found

    return find


def _from_text(patterns: list[tuple[int, Finds]]) -> Finder:
    """Return a finder by regular expressions."""

    def find(body: str, _template: int) -> list[Id]:
        found = []
        text = body[:SEARCHED_CHARS]
        for kind, pattern in patterns:
            group = 1 if pattern.groups else 0
            found += [(kind, match[group]) for match in pattern.finditer(text) if match[group]]
        return found

    return find


def _all_of(finders: list[Finder]) -> Finder:
    """Return a finder of what each of these finds."""

    def find(body: str, template: int) -> list[Id]:
        return [one for finder in finders for one in finder(body, template)]

    return find


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
        patterns = [(index, id_pattern(kind.pattern)) for index, kind in kinds if kind.pattern]
        shapes = [(index, id_pattern(kind.shape)) for index, kind in kinds if kind.shape]
        self._by_pattern = _from_text(patterns) if patterns else None
        self._by_shape = _from_text(shapes) if shapes else None
        self._names = {index: word_pattern(kind.shape) for index, kind in kinds if has_name(kind.shape)}
        self._finders: list[Finder | None] = []
        self._searched = np.empty(0, dtype=np.bool_)

    def _finder_of(self, template: int) -> Finder | None:
        """Return what applies to a template: patterns always, slots where known, shapes where it is new."""
        finders = [] if self._by_pattern is None else [self._by_pattern]
        known = self._catalogue[template]
        if known.id in self._slots:
            finders.append(_from_slots(self._slots[known.id], self._parameters, self._names))
        elif self._by_shape is not None and not known.trained:
            finders.append(self._by_shape)
        return _all_of(finders) if len(finders) > 1 else next(iter(finders), None)

    def _settle(self) -> None:
        """Take in templates that were born since the last call."""
        for template in range(len(self._finders), len(self._catalogue)):
            self._finders.append(self._finder_of(template))
        if len(self._searched) < len(self._finders):
            self._searched = np.asarray([finder is not None for finder in self._finders], dtype=np.bool_)

    def ids(self, portion: Portion) -> Iterable[tuple[int, Sequence[Id]]]:
        """Yield each event that holds ids, with its distinct ids in order of kind."""
        self._settle()
        events = np.flatnonzero(self._searched[portion.templates] | bool(self._attributes))
        bodies, finders = portion.batch.bodies, self._finders
        columns = (events, portion.templates[events], portion.positions[events])
        for event, template, position in zip(*(column.tolist() for column in columns), strict=True):
            finder = finders[template]
            found = finder(bodies[position], template) if finder else ()
            if self._attributes:
                found = [*found, *self._by_attribute(portion, position)]
            if found:
                yield event, found if len(found) == 1 else sorted(set(found))

    def _by_attribute(self, portion: Portion, position: int) -> list[Id]:
        found = []
        origin = portion.batch.origin
        attributes: Mapping[str, Any] | None = None
        for kind, name in self._attributes:
            if name == TRACE_ID:
                value = origin.trace_id(position)
            else:
                attributes = origin.attributes(position) if attributes is None else attributes
                value = _attribute(attributes, name)
            if value:
                found.append((kind, value))
        return found
