"""The catalogue of templates: small integers for the process, hashes for everybody else."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CONTINUATION = -1
"""The template index of a line that belongs to the record before it."""


def template_id(text: str, masking_version: str) -> str:
    """Return the id of a template: the same on every replica, for the same text and masking version."""
    return hashlib.sha256(f"{masking_version}\n{text}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Template:
    """A template: masked text with `<*>` (or a mask's name) where parameters stand.

    `trained` is True for those of the frozen set a bundle brought; others were mined online.
    """

    id: str
    text: str
    trained: bool = False


class Catalogue:
    """All templates that this process has met, in order of birth. Indexes never change.

    The texts of templates mined online are fixed at birth (design.md, decision 7).
    """

    def __init__(self) -> None:
        self._templates: list[Template] = []
        self._index: dict[str, int] = {}

    def __len__(self) -> int:
        """Return the number of templates."""
        return len(self._templates)

    def __getitem__(self, index: int) -> Template:
        """Return the template at `index`."""
        return self._templates[index]

    def __iter__(self) -> Iterator[Template]:
        """Go through all templates in order of their index."""
        return iter(self._templates)

    def index(self, template_id: str) -> int:
        """Return the index of the template with this id, or -1."""
        return self._index.get(template_id, -1)

    def add(self, template: Template) -> int:
        """Return the index of `template`, added when its id is new, trained from now on if it is."""
        index = self._index.setdefault(template.id, len(self._templates))
        if index == len(self._templates):
            self._templates.append(template)
        elif template.trained:
            self._templates[index] = template
        return index

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [[t.id, t.text, t.trained] for t in self._templates]

    def restore(self, state: list[Any]) -> None:
        """Fill an empty catalogue from `state`."""
        for identifier, text, trained in state:
            self.add(Template(identifier, text, trained))
