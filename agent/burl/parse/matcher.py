"""Frozen templates: they match or they don't, and never change."""

from typing import Any

from burl.parse.lines import Line, Signature, key_of
from burl.parse.masks import WILDCARD

_END = ""
"""Key of a template's index in the last node of its path; no token is empty."""


class Matcher:
    """A trie for each set of protected tokens: a line costs the same whatever the number of templates."""

    def __init__(self) -> None:
        """Start empty."""
        self._roots: dict[Signature, dict[str, Any]] = {}

    def add(self, template: Line, index: int) -> None:
        """Add a template; of two with equal text the first stays."""
        node = self._roots.setdefault(template.signature, {})
        for token in template.tokens:
            node = node.setdefault(token, {})
        node.setdefault(_END, index)

    def find(self, line: Line) -> int:
        """Return the index of the template that matches `line`, constants before wildcards, or -1."""
        root = self._roots.get(line.signature)
        return -1 if root is None else _find(root, line.tokens, 0)


def _find(node: dict[str, Any], tokens: tuple[str, ...], position: int) -> int:
    if position == len(tokens):
        return int(node.get(_END, -1))
    token = tokens[position]
    for branch in dict.fromkeys((token, key_of(token) + WILDCARD, WILDCARD)):
        child = node.get(branch)
        if child is not None:
            found = _find(child, tokens, position + 1)
            if found >= 0:
                return found
    return -1
