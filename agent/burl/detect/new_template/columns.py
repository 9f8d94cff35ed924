"""Columns of a slice of events, looked at as a whole so that only rare lines are looked at one by one."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct_counts, distinct_inverse
from burl.receive.batch import Ints
from burl.window.pairs import pair_of, service_of, template_of
from burl.window.units import Events


def pair_counts(events: Events) -> list[tuple[int, int, int]]:
    """Return (service, template, number of events) of each pair that occurs."""
    unique, _, times = distinct_counts(pair_of(events.services, events.templates))
    split = zip(unique.tolist(), times.tolist(), strict=True)
    return [(service_of(pair), template_of(pair), count) for pair, count in split]


def where(events: Events, holds: Callable[[int, int], bool]) -> npt.NDArray[np.bool_]:
    """Return for each event whether `holds(service, template)`, asked once for each pair."""
    unique, inverse = distinct_inverse(pair_of(events.services, events.templates))
    answers = [holds(service_of(pair), template_of(pair)) for pair in unique.tolist()]
    return np.array(answers, dtype=np.bool_)[inverse]


class Passed:
    """Tells how many common events of a service went by since it was last asked, going forward."""

    def __init__(self, services: Ints, common: npt.NDArray[np.bool_]) -> None:
        """Args: the services of a slice of events, and which of the events are common."""
        self._services = services
        self._common = common
        self._rows: dict[int, Ints] = {}
        self._passed: dict[int, int] = {}

    def until(self, service: int, row: int) -> int:
        """Return the number of common events of `service` before `row` that were not yet returned."""
        if service not in self._rows:
            self._rows[service] = np.flatnonzero(self._common & (self._services == service))
        passed = int(np.searchsorted(self._rows[service], row))
        before, self._passed[service] = self._passed.get(service, 0), passed
        return passed - before
