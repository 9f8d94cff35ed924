"""Frozen templates: they match or they don't, and never change."""

from collections.abc import Collection
from typing import Any

from burl.parse.lines import Line, Signature, is_word, key_of
from burl.parse.masks import WILDCARD

_END = ""
"""Key of a template's index in the last node of its path; no token is empty."""
_WORDS_TOO = " "
"""Follows a wildcard that takes words, too; no token holds a space."""


class Matcher:
    """A trie for each set of protected tokens: a line costs the same whatever the number of templates."""

    def __init__(self) -> None:
        """Start empty."""
        self._roots: dict[Signature, dict[str, Any]] = {}

    def add(self, template: Line, index: int, words: Collection[int] | None = None) -> None:
        """Add a template; of two with equal text the first stays.

        `words` are the places of wildcards that take words, too; at the others a word is another message.
        None means all places.
        """
        node = self._roots.setdefault(template.signature, {})
        for place, token in enumerate(template.tokens):
            takes_words = token == key_of(token) + WILDCARD and (words is None or place in words)
            node = node.setdefault(token + _WORDS_TOO if takes_words else token, {})
        node.setdefault(_END, index)

    def find(self, line: Line) -> int:
        """Return the index of the template that matches `line`, constants before wildcards, or -1."""
        root = self._roots.get(line.signature)
        return -1 if root is None else _find(root, line.tokens, 0)


def _find(node: dict[str, Any], tokens: tuple[str, ...], position: int) -> int:
    if position == len(tokens):
        return int(node.get(_END, -1))
    for branch in _branches(tokens[position]):
        child = node.get(branch)
        if child is not None:
            found = _find(child, tokens, position + 1)
            if found >= 0:
                return found
    return -1


def _branches(token: str) -> dict[str, None]:
    """Return what may stand for `token` in a template, the closest first."""
    wildcards = dict.fromkeys((key_of(token) + WILDCARD, WILDCARD))
    masked = {} if is_word(token) else wildcards
    return {token: None, **masked, **dict.fromkeys(wildcard + _WORDS_TOO for wildcard in wildcards)}
