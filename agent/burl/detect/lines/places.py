"""Wildcards of a template behind which words stand that may matter.

Mining merges `data TLB error interrupt` and `instruction plb error` into `<*> <*> error <*>`; what stands in
such places is read. Names of users and hosts are many: their places stay closed.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from burl.errors import BundleError
from burl.parse.masks import WILDCARD
from burl.window import Events

Places = Mapping[str, Sequence[int]]
"""Open wildcards, from 0, by template id."""

_WORD = re.compile(r"(?<![^\W_])[A-Za-z]{3,40}(?![^\W_])")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Each tenth has a group without a digit, which is no word."""
_LOOKED_AT = 500
"""Records of a template that are looked at."""
_MOST_WORDS = 50


def find_places(slices: Iterable[Events]) -> dict[str, list[int]]:
    """Return the open places of all templates in `slices`: those with some, but not too many, words."""
    seen: dict[int, int] = defaultdict(int)
    values: dict[tuple[int, int], set[str]] = defaultdict(set)
    catalogue = None
    for events in slices:
        catalogue = events.catalogue
        for row, template in enumerate(events.templates.tolist()):
            if seen[template] >= _LOOKED_AT or WILDCARD not in catalogue[template].text:
                continue
            seen[template] += 1
            for place, value in enumerate(events.parameters(row)):
                values[template, place].update(_WORD.findall(_UUID.sub("", value[:200])))
    found: dict[str, list[int]] = defaultdict(list)
    for (template, place), words in values.items():
        if catalogue is not None and 1 <= len(words) <= _MOST_WORDS:
            found[catalogue[template].id].append(place)
    return dict(found)


def filled(text: str, places: Sequence[int], values: Sequence[str]) -> str:
    """Return the template's text with the values of its open places in their wildcards."""
    head, *rest = text.split(WILDCARD)
    opened = set(places)
    parts = [
        (values[place] if place in opened and place < len(values) else WILDCARD) + after
        for place, after in enumerate(rest)
    ]
    return head + "".join(parts)


def save_places(places: Places, path: Path) -> None:
    """Write places as JSON."""
    path.write_text(json.dumps(places, sort_keys=True), encoding="utf-8")


def load_places(path: Path) -> Places:
    """Read what `save_places` wrote. Raises BundleError when it is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): [int(place) for place in places] for key, places in content.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BundleError(f"{path} cannot be read: {error!r}; train the bundle again") from error
