"""The known template most like a new one."""

import re
from array import array

import numpy as np

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
        self._sizes = array("q")
        """How many distinct tokens each template has."""
        self._found: dict[int, tuple[int, float]] = {}
        self._postings: dict[str, array[int]] = {}
        """In which templates each token is; arrays, which are joined in no time."""

    def find(self, template: int, catalogue: Catalogue) -> tuple[int, float]:
        """Return the index of the nearest older template (-1: none) and their Jaccard similarity 0..1."""
        self._index(template, catalogue)
        if template not in self._found:
            self._found[template] = self._search(catalogue[template].text, template)
        return self._found[template]

    def _search(self, text: str, template: int) -> tuple[int, float]:
        wanted = set(tokens(text))
        postings = b"".join([self._postings[token] for token in wanted if token in self._postings])
        shared = np.frombuffer(postings, dtype=np.int64)
        common = np.bincount(shared[shared < template])
        rows = common.nonzero()[0]
        if not len(rows):
            return -1, 0.0
        either = len(wanted) + np.array(self._sizes)[rows] - common[rows]
        jaccard = common[rows] / either
        best = int(jaccard.argmax())
        return int(rows[best]), float(jaccard[best])

    def _index(self, stop: int, catalogue: Catalogue) -> None:
        if catalogue is not self._catalogue:
            self._catalogue, self._sizes, self._postings, self._found = catalogue, array("q"), {}, {}
        for row in range(len(self._sizes), min(stop, self._max_templates)):
            found = set(tokens(catalogue[row].text))
            self._sizes.append(len(found))
            for token in found:
                posting = self._postings.setdefault(token, array("q"))
                if len(posting) < _MAX_POSTINGS:
                    posting.append(row)


def changed_tokens(text: str, nearest: str) -> list[str]:
    """Return the tokens of `text` that `nearest` lacks, then those of `nearest` that `text` lacks."""
    here, there = tokens(text), tokens(nearest)
    return [t for t in here if t not in there] + [t for t in there if t not in here]
