"""Event time by design.md, decision 6."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints
from burl.receive.walk import every

YEAR_2000_NS = 946_684_800 * 10**9


def event_times(
    said: Sequence[int] | npt.NDArray[np.uint64],
    observed: Callable[[int], int],
    *,
    latest_ns: int,
    before_ns: int,
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return the event time of each record, and True where it is the record's own.

    A time before 2000 or after `latest_ns` is none. Such a record takes its observed time,
    else the time of the record before it.

    Args:
        said: what the records say, nanoseconds since the epoch, 0 for nothing.
        observed: returns the observed time of record `i`, asked only where needed.
        latest_ns: the latest time that is believed: an hour after the arrival.
        before_ns: time of the record before the first one; the arrival, when there is none.
    """
    column = np.asarray(said, dtype=np.uint64)
    timed = (column >= YEAR_2000_NS) & (column <= latest_ns)
    if every(timed):
        return column.astype(np.int64), timed
    times = np.where(timed, column, 0).astype(np.int64)
    for index in np.flatnonzero(~timed).tolist():
        seen = observed(index)
        previous = int(times[index - 1]) if index else before_ns
        times[index] = seen if YEAR_2000_NS <= seen <= latest_ns else previous
    return times, timed
