"""Events counted by interval, service and template: columns, in order of these."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from burl.distinct import in_order
from burl.fairness import has_fair_claim
from burl.parse import Catalogue
from burl.receive.batch import Ints
from burl.window.pairs import pair_of, service_of, template_of
from burl.window.records import NOWHERE, Records
from burl.window.units import Intervals

_NONE = np.empty(0, dtype=np.int64)


class Cells(NamedTuple):
    """How many events of a portion are of each interval, service and template; columns (n), in this order.

    Attributes:
        starts: start of the interval.
        pairs: service and template.
        heads: where the first of the events stands in an order of all.
        sizes: how many there are; the others follow the first.
    """

    starts: Ints
    pairs: Ints
    heads: Ints
    sizes: Ints

    def each_interval(self) -> Iterator[tuple[int, slice]]:
        """Return each interval's start, and where its cells are."""
        heads = _heads(self.starts)
        for first, end in pairwise([*heads.tolist(), len(self.starts)]):
            yield int(self.starts[first]), slice(first, end)

    def each_service(self) -> Iterator[tuple[int, int]]:
        """Return each interval's start with each of its services."""
        services = service_of(self.pairs)
        heads = _heads(self.starts, services)
        return zip(self.starts[heads].tolist(), services[heads].tolist(), strict=True)


def cells_of(starts: Ints, length_ns: int, services: Ints, templates: Ints) -> tuple[Ints, Cells]:
    """Return an order of events (n), and their cells.

    Args:
        starts: start of each event's interval.
        length_ns: of intervals.
        services: of each event.
        templates: of each event.
    """
    order = in_order(templates)
    for column in (services, starts // length_ns):
        order = order[in_order(column[order])]  # small numbers: `numpy.lexsort` takes ten times as long
    starts, pairs = starts[order], pair_of(services, templates)[order]
    heads = _heads(starts, pairs)
    sizes = np.append(heads, len(order))[1:] - heads
    return order, Cells(starts[heads], pairs[heads], heads, sizes)


def _heads(*columns: Ints) -> Ints:
    """Return where rows begin that differ from the one before."""
    is_head = np.ones(len(columns[0]), dtype=np.bool_)
    is_head[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return is_head.nonzero()[0]


@dataclass(slots=True, eq=False)
class OpenInterval:
    """An interval that events are still counted in; columns, in order of the pairs.

    Attributes:
        pairs: service and template.
        counts: how many events.
        shown: the place of the record that shows them: the last of the 1st, 2nd, 4th, 8th ... event. It
            stands in the later half of them. Of a burst it is one of the burst's own; the first is often one
            of those that always come.
    """

    pairs: Ints = field(default_factory=_NONE.copy)
    counts: Ints = field(default_factory=_NONE.copy)
    shown: Ints = field(default_factory=_NONE.copy)

    def claim(self, pairs: Ints, most: int) -> npt.NDArray[np.bool_]:
        """Make room for `pairs` (n, rising); return False for those that have no claim on one of `most`."""
        taken = self._has(pairs)
        new = (~taken).nonzero()[0]
        if 2 * (len(self.pairs) + len(new)) > most:
            new = new[self._fair(pairs[new], most)]
        if len(new):
            self._add(pairs[new])
            taken[new] = True
        return taken

    def count(self, pairs: Ints, sizes: Ints) -> Ints:
        """Count events of pairs that have room; return how many there were before."""
        rows = self.pairs.searchsorted(pairs)
        before = self.counts[rows]
        self.counts[rows] = before + sizes
        return before

    def show(self, pairs: Ints, places: Ints) -> None:
        """Let records stand for pairs, but for those whose place is `NOWHERE`."""
        anew = places != NOWHERE
        self.shown[self.pairs.searchsorted(pairs[anew])] = places[anew]

    def _has(self, pairs: Ints) -> npt.NDArray[np.bool_]:
        if not len(self.pairs):
            return np.zeros(len(pairs), dtype=np.bool_)
        at = np.minimum(self.pairs.searchsorted(pairs), len(self.pairs) - 1)
        return np.asarray(self.pairs[at] == pairs, dtype=np.bool_)

    def _fair(self, pairs: Ints, most: int) -> list[int]:
        """Return which of new pairs get room: those whose service has a fair claim on it."""
        held = Counter(service_of(self.pairs).tolist())
        taken: list[int] = []
        for number, service in enumerate(service_of(pairs).tolist()):
            if has_fair_claim(held[service], len(self.pairs) + len(taken), most):
                held[service] += 1
                taken.append(number)
        return taken

    def _add(self, pairs: Ints) -> None:
        pairs = np.concatenate([self.pairs, pairs])
        order = pairs.argsort(kind="stable")
        self.pairs = pairs[order]
        self.counts, self.shown = (
            np.append(column, np.full(len(pairs) - len(column), new))[order]
            for column, new in ((self.counts, 0), (self.shown, NOWHERE))
        )

    def state(self) -> list[Any]:
        """Return what `restored` needs, as msgpack-able values."""
        columns = (service_of(self.pairs), template_of(self.pairs), self.counts, self.shown)
        return [column.tolist() for column in columns]

    @classmethod
    def restored(cls, state: list[Any]) -> "OpenInterval":
        """Return an interval of `state`."""
        services, templates, counts, shown = np.asarray(state, dtype=np.int64)
        pairs = pair_of(services, templates)
        order = pairs.argsort()
        return cls(pairs[order], counts[order], shown[order])


@dataclass(slots=True)
class ClosedIntervals:
    """Closed intervals being gathered."""

    intervals: list[tuple[int, OpenInterval]] = field(default_factory=list)
    """Each with its start."""
    alive: list[tuple[int, int]] = field(default_factory=list)

    def build(self, catalogue: Catalogue, records: Records, interval_seconds: float) -> Intervals:
        """Return what was gathered, in order of start, service and template."""
        sizes = [len(interval.pairs) for _, interval in self.intervals]
        starts = np.array([start for start, _ in self.intervals], dtype=np.int64).repeat(sizes)
        columns = [[i.pairs, i.counts, i.shown] for _, i in self.intervals]
        pairs, counts, places = np.concatenate([[_NONE] * 3, *columns], axis=1)
        if len(sizes) > 1:
            order = np.lexsort((pairs, starts))
            starts, pairs, counts, places = (column[order] for column in (starts, pairs, counts, places))
        return Intervals(
            catalogue=catalogue,
            interval_seconds=interval_seconds,
            services=service_of(pairs),
            templates=template_of(pairs),
            starts_ns=starts,
            counts=counts,
            closed=sorted(self.alive, key=lambda pair: (pair[1], pair[0])),
            record=lambda row: records.record(int(places[row])),
        )
