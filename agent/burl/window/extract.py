"""Finds the ids in a portion's events: lines that can hold none cost nothing."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from burl.parse import Catalogue
from burl.window.patterns import SEARCHED_CHARS, Finds, id_pattern
from burl.window.portion import Parameters, Portion
from burl.window.spec import TRACE_ID, SessionSpec, Slot
from burl.window.words import word_after, words_of

Id = tuple[int, str]
"""Index of the kind in the spec, and the id's text."""

Finder = Callable[[str, int], Iterable[Id]]
"""Called as `finder(body, template)`."""


def _from_slots(places: list[tuple[int, Slot]], parameters: Parameters) -> Finder:
    """Return a finder for one template whose ids stand in known slots."""
    if all(slot.after for _, slot in places):
        return _from_anchors(places, _from_parameters(places, parameters))
    return _from_parameters(places, parameters)


def _from_anchors(places: list[tuple[int, Slot]], otherwise: Finder) -> Finder:
    """Return a finder by the text before each id; a line that lacks it is looked at in full."""
    anchors = [(kind, slot.after) for kind, slot in places]

    def find(body: str, template: int) -> Iterable[Id]:
        found = [(kind, word_after(body, anchor)) for kind, anchor in anchors]
        return found if all(word for _, word in found) else otherwise(body, template)

    return find


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
        self._finders: list[list[Finder]] = []
        self._searched = np.empty(0, dtype=np.bool_)

    def _finders_of(self, template: int) -> list[Finder]:
        """Return what applies to a template: patterns always, slots where known, shapes where it is new."""
        finders = [] if self._by_pattern is None else [self._by_pattern]
        known = self._catalogue[template]
        if known.id in self._slots:
            finders.append(_from_slots(self._slots[known.id], self._parameters))
        elif self._by_shape is not None and not known.trained:
            finders.append(self._by_shape)
        return finders

    def _settle(self) -> None:
        """Take in templates that were born since the last call."""
        for template in range(len(self._finders), len(self._catalogue)):
            self._finders.append(self._finders_of(template))
        if len(self._searched) < len(self._finders):
            self._searched = np.asarray([bool(finders) for finders in self._finders], dtype=np.bool_)

    def ids(self, portion: Portion) -> Iterable[tuple[int, list[Id]]]:
        """Yield each event that holds ids, with its distinct ids in order of kind."""
        self._settle()
        searched = self._searched[portion.templates] | bool(self._attributes)
        bodies, positions = portion.batch.bodies, portion.positions
        for event in np.flatnonzero(searched).tolist():
            template, position = int(portion.templates[event]), int(positions[event])
            found = [one for finder in self._finders[template] for one in finder(bodies[position], template)]
            found += self._by_attribute(portion, position)
            if found:
                yield event, sorted(set(found))

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
