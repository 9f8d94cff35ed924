"""Who has written for long: what newcomers do must not use up what these may need."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from burl.distinct import distinct_counts
from burl.receive.batch import Ints

ESTABLISHED_LINES = 200
"""A writer of this many lines is no newcomer."""
NOBODY = -1
"""Writes the lines of those that found no place in the table of streams: never anything but a newcomer."""


class Standing:
    """How many lines each writer wrote; newcomers and the others are bounded apart.

    So a flood of writers of a line each makes nobody forget those that have been here before.
    """

    def __init__(self, max_writers: int, has_history: Callable[[int], bool]) -> None:
        """Args: `max_writers` bounds newcomers, and those that are none; the oldest go first.

        `has_history` tells who was there in training, and so is no newcomer from the first line on.
        """
        self._max_writers = max_writers
        self.has_history = has_history
        self._newcomers: dict[int, int] = {}
        self._established: dict[int, int] = {}

    def lines(self, writer: int) -> int:
        """Return how many lines the writer wrote, as far as is remembered."""
        return self._established.get(writer) or self._newcomers.get(writer, 0)

    def note(self, writers: Ints) -> None:
        """Count lines of `writers`."""
        found, _, counts = distinct_counts(writers)
        for writer, count in zip(found.tolist(), counts.tolist(), strict=True):
            lines = self.lines(writer) + count
            self._newcomers.pop(writer, None)
            self._established.pop(writer, None)
            of = self._established if lines >= ESTABLISHED_LINES else self._newcomers
            of[writer] = lines
            if len(of) > self._max_writers:
                del of[next(iter(of))]

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [list(self._newcomers.items()), list(self._established.items())]

    def restore(self, state: list[Any]) -> None:
        """Continue from `state`."""
        self._newcomers, self._established = (dict(map(tuple, lines)) for lines in state)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: at `position` of `writers`; `line_number` counts all lines ever parsed."""

    line_number: int
    writers: Ints
    position: int
    standing: Standing

    @property
    def writer(self) -> int:
        """Who wrote the line."""
        return int(self.writers[self.position])

    def own_lines(self) -> int:
        """Return how many lines its writer wrote before it; independent of how lines are cut into slices."""
        earlier = np.count_nonzero(self.writers[: self.position] == self.writers[self.position])
        return self.standing.lines(self.writer) + int(earlier)

    def is_newcomers(self) -> bool:
        """Return whether nobody knows its writer yet."""
        if self.writer == NOBODY:
            return True
        return not self.standing.has_history(self.writer) and self.own_lines() < ESTABLISHED_LINES
