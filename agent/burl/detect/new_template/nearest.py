"""The known template most like a new one."""

import re
from collections import Counter
from itertools import chain

from burl.parse import Catalogue

_TOKEN = re.compile(r"<[^<>\s]*>|\w+")
_MAX_POSTINGS = 200
"""Templates remembered for one token: what many share tells little, and a search stays cheap."""
_MAX_TOKENS = 64
"""Tokens of a template that are compared."""


def tokens(text: str) -> list[str]:
    """Return the words of a template, in order; wildcards are left out."""
    found = (match.group() for match in _TOKEN.finditer(text))
    return [token for token in found if not token.startswith("<")][:_MAX_TOKENS]


class NearestTemplates:
    """Finds, among the templates older than a given one, that with the largest overlap of tokens.

    The answer depends on the catalogue alone, so it is the same after a restart.
    """

    def __init__(self, max_templates: int) -> None:
        """Args: `max_templates` the oldest of the catalogue that are searched."""
        self._max_templates = max_templates
        self._catalogue: Catalogue | None = None
        self._token_sets: list[frozenset[str]] = []
        self._postings: dict[str, list[int]] = {}

    def find(self, template: int, catalogue: Catalogue) -> tuple[int, float]:
        """Return the index of the nearest older template (-1: none) and their Jaccard similarity 0..1."""
        self._index(template, catalogue)
        wanted = frozenset(tokens(catalogue[template].text))
        shared = Counter(chain.from_iterable(self._postings.get(token, ()) for token in wanted))
        best, similarity = -1, 0.0
        for row, common in sorted(shared.items()):
            jaccard = common / (len(wanted) + len(self._token_sets[row]) - common)
            if jaccard > similarity and row < template:
                best, similarity = row, jaccard
        return best, similarity

    def _index(self, stop: int, catalogue: Catalogue) -> None:
        if catalogue is not self._catalogue:
            self._catalogue, self._token_sets, self._postings = catalogue, [], {}
        for row in range(len(self._token_sets), min(stop, self._max_templates)):
            found = frozenset(tokens(catalogue[row].text))
            self._token_sets.append(found)
            for token in found:
                posting = self._postings.setdefault(token, [])
                if len(posting) < _MAX_POSTINGS:
                    posting.append(row)


def changed_tokens(text: str, nearest: str) -> list[str]:
    """Return the tokens of `text` that `nearest` lacks, then those of `nearest` that `text` lacks."""
    here, there = tokens(text), tokens(nearest)
    return [t for t in here if t not in there] + [t for t in there if t not in here]
