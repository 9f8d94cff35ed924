"""Which streams have written for long: what newcomers do must not use up what these may need."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from burl.distinct import distinct_counts
from burl.receive.batch import Ints

ESTABLISHED_LINES = 200
"""A stream that wrote this many lines is no newcomer."""


class Standing:
    """How many lines each stream wrote; newcomers and the others are bounded apart.

    So a flood of streams that write a line each makes nobody forget those that have been here before.
    """

    def __init__(self, max_streams: int) -> None:
        """Args: `max_streams` bounds newcomers, and those that are none; the oldest go first."""
        self._max_streams = max_streams
        self._newcomers: dict[int, int] = {}
        self._established: dict[int, int] = {}

    def lines(self, stream: int) -> int:
        """Return how many lines the stream wrote, as far as is remembered."""
        return self._established.get(stream) or self._newcomers.get(stream, 0)

    def note(self, streams: Ints) -> None:
        """Count lines of `streams`."""
        found, _, counts = distinct_counts(streams)
        for stream, count in zip(found.tolist(), counts.tolist(), strict=True):
            lines = self.lines(stream) + count
            self._newcomers.pop(stream, None)
            self._established.pop(stream, None)
            of = self._established if lines >= ESTABLISHED_LINES else self._newcomers
            of[stream] = lines
            if len(of) > self._max_streams:
                del of[next(iter(of))]

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [list(self._newcomers.items()), list(self._established.items())]

    def restore(self, state: list[Any]) -> None:
        """Continue from `state`."""
        self._newcomers, self._established = (dict(map(tuple, lines)) for lines in state)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: at `position` of `streams`; `line_number` counts all lines ever parsed."""

    line_number: int
    streams: Ints
    position: int
    standing: Standing

    @property
    def stream(self) -> int:
        """The line's stream."""
        return int(self.streams[self.position])

    def own_lines(self) -> int:
        """Return how many lines its stream wrote before it; independent of how lines are cut into slices."""
        earlier = np.count_nonzero(self.streams[: self.position] == self.streams[self.position])
        return self.standing.lines(self.stream) + int(earlier)
