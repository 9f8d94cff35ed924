"""A portion's events grouped by stream, or by template; what each finds its stream to be, in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct_inverse
from burl.receive.batch import Ints
from burl.window.watermark import NEVER


@dataclass(slots=True)
class Groups:
    """Where the rows of each value are: those of `values[g]` are `order[starts[g]:ends[g]]`, rising."""

    order: Ints
    values: list[int]
    starts: list[int]
    ends: list[int]


def group(values: Ints) -> Groups:
    """Group rows by value, in order of the values; there must be one at least."""
    order = values.argsort(kind="stable")
    ordered = values[order]
    cuts = ((ordered[1:] != ordered[:-1]).nonzero()[0] + 1).tolist()
    starts = [0, *cuts]
    return Groups(order, ordered[starts].tolist(), starts, [*cuts, len(order)])


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
    values, ranks = distinct_inverse(before)
    lift = np.repeat(np.arange(len(groups.starts)) * len(values), np.diff([*groups.starts, len(times_ns)]))
    return np.asarray(values[np.maximum.accumulate(ranks + lift) - lift], dtype=np.int64)
