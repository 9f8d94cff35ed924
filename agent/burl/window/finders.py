"""Finds ids in lines of one template: by the text before them, by what they look like, or by masking."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import itemgetter

from burl.window.numbered import Id, Numbered
from burl.window.patterns import SEARCHED_CHARS
from burl.window.portion import Parameters
from burl.window.search import Search
from burl.window.spec import Slot
from burl.window.words import PlainWords, after, words_of

LineFinder = Callable[[str], Iterable[Id]]
"""Called as `finder(body)`; returns ids in any order."""

Finder = Callable[[Sequence[str], Numbered], Iterable[int]]
"""Called as `finder(bodies, numbered)` for lines of its templates; returns the number of each one's ids."""

_Match = Callable[[str], re.Match[str] | None]


def by_line(find: LineFinder) -> Finder:
    """Return a finder that looks at each line."""

    def each(bodies: Sequence[str], numbered: Numbered) -> Iterable[int]:
        return numbered.of_ids([tuple(sorted(set(find(body)))) for body in bodies])

    return each


def from_slots(
    template: int,
    places: list[tuple[int, Slot]],
    parameters: Parameters,
    shapes: Mapping[int, Search],
    besides: LineFinder | None = None,
) -> Finder:
    """Return a finder for one template whose ids stand in known slots.

    Args:
        template: index of the template.
        places: kind and slot of each.
        parameters: gives a line's variable parts.
        shapes: searches for words of kinds that have a name.
        besides: finds further ids in the lines.
    """
    exact = _from_parameters(template, places, parameters)
    if besides:
        return by_line(all_of((besides, exact)))
    if all(slot.after for _, slot in places):
        return _from_anchors(places, exact)
    if all(kind in shapes for kind, _ in places):
        return _from_shapes(Counter(kind for kind, _ in places), shapes, exact)
    return by_line(exact)


def _from_shapes(wanted: Mapping[int, int], shapes: Mapping[int, Search], otherwise: LineFinder) -> Finder:
    """Return a finder of as many words of each kind as are wanted; a line with others is looked at in full.

    Where a parameter begins is known only after masking, which takes thirty times as long.
    """
    one_by_one = by_line(_from_words(wanted, shapes, otherwise))
    (kind, count), *others = wanted.items()

    def find(bodies: Sequence[str], numbered: Numbered) -> Iterable[int]:
        words = shapes[kind].one_each([body[:SEARCHED_CHARS] for body in bodies])
        if words is None:
            return one_by_one(bodies, numbered)
        return numbered.of_words(kind, words)

    return one_by_one if others or count > 1 else find


def _from_words(wanted: Mapping[int, int], shapes: Mapping[int, Search], otherwise: LineFinder) -> LineFinder:

    def find(body: str) -> Iterable[Id]:
        found: list[Id] = []
        text = body[:SEARCHED_CHARS]
        for kind, count in wanted.items():
            words = [word for _, word in shapes[kind].words([text])]
            if len(words) != count:
                return otherwise(body)
            found += [(kind, word) for word in words]
        return found

    return find


def _from_anchors(places: list[tuple[int, Slot]], otherwise: LineFinder) -> Finder:
    """Return a finder by the text before each id; a line that lacks it is looked at in full."""
    places = sorted(places, key=itemgetter(0))
    kinds = [kind for kind, _ in places]
    plain = [PlainWords(slot.after) for _, slot in places]
    one_by_one = by_line(
        _from_searches([(kind, after(slot.after).search) for kind, slot in places], otherwise)
    )

    def find(bodies: Sequence[str], numbered: Numbered) -> Iterable[int]:
        words = [column for each in plain if (column := each.find(bodies))]
        if len(words) < len(places):
            return one_by_one(bodies, numbered)
        if len(words) == 1:
            return numbered.of_words(kinds[0], words[0])
        columns = (zip(repeat(kind), column) for kind, column in zip(kinds, words, strict=True))
        return numbered.of_ids(zip(*columns, strict=True))

    return find if len(set(kinds)) == len(kinds) else one_by_one


def _from_searches(searches: list[tuple[int, _Match]], otherwise: LineFinder) -> LineFinder:

    def find(body: str) -> Iterable[Id]:
        found = [(kind, match[1]) for kind, search in searches if (match := search(body)) and match[1]]
        return found if len(found) == len(searches) else otherwise(body)

    return find


def _from_parameters(template: int, places: list[tuple[int, Slot]], parameters: Parameters) -> LineFinder:
    wanted: dict[int, list[tuple[int, int]]] = {}
    for kind, slot in places:
        wanted.setdefault(slot.parameter, []).append((slot.word, kind))

    def find(body: str) -> list[Id]:
        found = []
        for parameter, words in enumerate(words_of(body, parameters(body, template))):
            targets = wanted.get(parameter, ())
            found += [(kind, words[word]) for word, kind in targets if word < len(words)]
        return found

    return find


def all_of(finders: Sequence[LineFinder]) -> LineFinder:
    """Return a finder of what each of these finds."""

    def find(body: str) -> Iterable[Id]:
        return (one for finder in finders for one in finder(body))

    return find


def from_text(searches: Sequence[Search]) -> LineFinder:
    """Return a finder by regular expressions."""

    def find(body: str) -> list[Id]:
        text = body[:SEARCHED_CHARS]
        return [(search.kind, word) for search in searches for _, word in search.words([text])]

    return find


def from_texts(searches: Sequence[Search]) -> Finder:
    """Return a finder by regular expressions, each of which searches all lines at once where it can."""

    def find(bodies: Sequence[str], numbered: Numbered) -> Iterable[int]:
        texts = [body[:SEARCHED_CHARS] for body in bodies]
        found: list[set[Id]] = [set() for _ in texts]
        for search in searches:
            for row, word in search.words(texts):
                found[row].add((search.kind, word))
        return numbered.of_ids([tuple(sorted(ids)) for ids in found])

    return find
