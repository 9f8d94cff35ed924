"""Searches texts for what an expression finds, first for plain text that must stand there."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from burl.window.patterns import Finds, Starts


class Search(NamedTuple):
    """An expression for ids of a kind.

    Attributes:
        kind: index of the kind.
        pattern: the expression.
        starts: how all begins that it finds, if that is known.
    """

    kind: int
    pattern: Finds
    starts: Starts | None = None

    def words(self, texts: Sequence[str]) -> list[tuple[int, str]]:
        """Return the ids found, in order, each with the index of its text."""
        group = 1 if self.pattern.groups else 0
        return [(row, match[group]) for row, match in self._in_each(texts) if match[group]]

    def one_each(self, texts: Sequence[str]) -> list[str] | None:
        """Return what is found in each text; None where that is not one in each."""
        found = self.words(texts)
        return [word for _, word in found] if [row for row, _ in found] == [*range(len(texts))] else None

    def matches(self, text: str) -> Iterable[Any]:
        """Return what `pattern.finditer` finds, in order.

        An expression is tried at each character; to look for its text first takes a third of the time.
        """
        if self.starts is None:
            return self.pattern.finditer(text)
        found, end = [], 0
        for at in self.starts.places(text):
            if at >= end and (match := self.pattern.match(text, at)):
                found.append(match)
                end = match.end()
        return found

    def _in_each(self, texts: Sequence[str]) -> list[tuple[int, Any]]:
        """Return the matches in each text.

        With plain text to look for, all are searched at once, which takes half the time of one by one; what
        a shape forbids around its words is no line end.
        """
        if self.starts:
            ends = list(accumulate(len(text) + 1 for text in texts))
            found = [(bisect_right(ends, match.start()), match) for match in self.matches("\n".join(texts))]
            if all(match.end() < ends[row] for row, match in found):
                return found
        return [(row, match) for row, text in enumerate(texts) for match in self.matches(text)]
