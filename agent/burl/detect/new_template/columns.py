"""Columns of a slice of events, looked at as a whole so that only rare lines are looked at one by one."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct_counts
from burl.receive.batch import Ints
from burl.window.pairs import pair_of, service_of, template_of
from burl.window.units import Events


def pair_counts(events: Events) -> list[tuple[int, int, int]]:
    """Return (service, template, number of events) of each pair that occurs."""
    unique, _, times = distinct_counts(pair_of(events.services, events.templates))
    split = zip(unique.tolist(), times.tolist(), strict=True)
    return [(service_of(pair), template_of(pair), count) for pair, count in split]


class Runs(NamedTuple):
    """Runs of events of one pair with no absence in them, going forward; r of them.

    Attributes:
        firsts: the row (r) each starts at.
        latest_ns: the latest time (r) in each.
        usual: True (r) where a run goes on with what was there before all these events.
    """

    firsts: Ints
    latest_ns: Ints
    usual: npt.NDArray[np.bool_]


def runs(pairs: Ints, times_ns: Ints, seen_ns: Ints, gap_ns: int, alone: npt.NDArray[np.bool_]) -> Runs:
    """Return the runs of events; one ends where the next event of its pair comes `gap_ns` or more later.

    Args:
        pairs: the pair of each event (n).
        times_ns: when each event was (n).
        seen_ns: when the event's pair was last seen before all of these (n); 0 for never.
        gap_ns: how long an absence is.
        alone: True (n) for an event that is a run of its own.
    """
    order = np.argsort(pairs, kind="stable")
    ordered, times = pairs[order], times_ns[order]
    opens = np.ones(len(order), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=opens[1:])
    starts = opens | alone[order]
    starts[1:] |= times[1:] - times[:-1] >= gap_ns
    heads = np.flatnonzero(starts)
    latest = np.maximum.reduceat(times, heads) if len(heads) else heads
    firsts = order[heads]
    before = seen_ns[firsts]
    usual = opens[heads] & ~alone[firsts] & (before > 0) & (times[heads] - before < gap_ns)
    forward = np.argsort(firsts)
    return Runs(firsts[forward], latest[forward], usual[forward])


class Passed:
    """Tells how many common events of a service went by since it was last asked, going forward."""

    def __init__(self, services: Ints, common: npt.NDArray[np.bool_]) -> None:
        """Args: the services of a slice of events, and which are common; later ones may still become so."""
        self._services = services
        self._common = common
        self._asked: dict[int, int] = {}

    def until(self, service: int, row: int) -> int:
        """Return the number of common events of `service` before `row` that were not yet returned."""
        since = self._asked.get(service, 0)
        self._asked[service] = row
        return int(np.count_nonzero(self._common[since:row] & (self._services[since:row] == service)))
