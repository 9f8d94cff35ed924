"""One order for the records of a batch, however its sender grouped them.

OTLP groups records by resource, so those of two pods come one pod after the other. What was first new, or
what came before what in a session, must not depend on that: streams are merged by time, each keeping its own
order.
"""

import numpy as np

from burl.distinct import in_order
from burl.receive.stream_table import Ints


def order_of_time(times_ns: Ints, streams: Ints) -> Ints:
    """Return the places of records with their streams merged by time.

    A record that is late in its stream stays behind those before it.
    """
    if _rises(times_ns):
        return np.arange(len(times_ns))
    return _latest_in_stream(times_ns, streams).argsort(kind="stable")


def _latest_in_stream(times: Ints, streams: Ints) -> Ints:
    """Return for each record the latest time of its stream so far."""
    by_stream = in_order(streams)
    another, later = streams[by_stream], times[by_stream]
    heads = another[1:] != another[:-1]
    if bool(((later[1:] >= later[:-1]) | heads).all()):
        return times
    latest = np.empty_like(times)
    for rows in np.split(by_stream, heads.nonzero()[0] + 1):
        latest[rows] = np.maximum.accumulate(times[rows])
    return latest


def _rises(times: Ints) -> bool:
    return bool((times[1:] >= times[:-1]).all())
