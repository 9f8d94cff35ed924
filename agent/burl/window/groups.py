"""A portion's events grouped by stream, or by template; what each finds its stream to be, in one pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct_inverse, in_order
from burl.receive.batch import Ints
from burl.window.watermark import NEVER


@dataclass(slots=True)
class Groups:
    """Where the rows of each value are: those of `values[g]` are `order[starts[g]:ends[g]]`, rising."""

    order: Ints
    values: Ints
    starts: Ints
    ends: Ints

    @property
    def sizes(self) -> Ints:
        """How many rows each value has."""
        return self.ends - self.starts

    def each(self) -> Iterable[tuple[int, int, int]]:
        """Return value, start and end of each."""
        return zip(self.values.tolist(), self.starts.tolist(), self.ends.tolist(), strict=True)


def group(values: Ints) -> Groups:
    """Group rows by value, in order of the values."""
    order = in_order(values)
    ordered = values[order]
    is_start = np.ones(len(values), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_start[1:])
    starts = is_start.nonzero()[0]
    ends = np.append(starts, len(values))[1:]
    return Groups(order, ordered[starts], starts, ends)


def newest_before(
    times_ns: Ints, timed: npt.NDArray[np.bool_], groups: Groups, newest_ns: Sequence[int]
) -> Ints:
    """Return the newest time of its stream before each event: a running maximum per group.

    One cumulative maximum serves all groups: times become ranks, and each group's offset lifts its ranks
    above those of the groups before it. So thousands of streams of one line each cost no more than one.

    Args:
        times_ns: the events' times, in the order of the groups.
        timed: False for events that do not count; in the order of the groups.
        groups: where each stream's events are.
        newest_ns: per group, its stream's newest time before this portion.
    """
    before = np.empty(len(times_ns), dtype=np.int64)
    before[1:] = np.where(timed, times_ns, NEVER)[:-1]
    before[groups.starts] = newest_ns
    rises = before[1:] >= before[:-1]
    rises[groups.starts[1:] - 1] = True
    if rises.all():
        return before
    values, ranks = distinct_inverse(before)
    lift = np.arange(0, len(groups.starts) * len(values), len(values)).repeat(groups.sizes)
    return np.asarray(values[np.maximum.accumulate(ranks + lift) - lift], dtype=np.int64)
