"""One order for the records of a batch, however its sender grouped them.

OTLP groups records by resource, so those of two pods come one pod after the other. What was first new, or
what came before what in a session, must not depend on that: streams are merged by time, each keeping its own
order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from burl.receive.batch import Batch, Ints, Origin
from burl.receive.uid import Held


def in_order_of_time(batch: Batch) -> Batch:
    """Return `batch` with its streams merged by time; a record late in its stream stays behind the others."""
    times = batch.times_ns
    if len(times) < 2 or bool((times[1:] >= times[:-1]).all()):  # one record is in order
        return batch
    order = np.argsort(_latest_in_stream(times, batch.streams), kind="stable")
    return replace(
        batch,
        bodies=[batch.bodies[index] for index in order.tolist()],
        times_ns=times[order],
        timed=batch.timed[order],
        streams=batch.streams[order],
        severities=batch.severities[order],
        origin=_Reordered(batch.origin, order),
    )


def _latest_in_stream(times: Ints, streams: Ints) -> Ints:
    """Return for each record the latest time of its stream so far."""
    by_stream = np.argsort(streams, kind="stable")
    another, later = streams[by_stream], times[by_stream]
    if bool(((later[1:] >= later[:-1]) | (another[1:] != another[:-1])).all()):
        return times
    latest = np.empty_like(times)
    bounds = np.flatnonzero(np.diff(streams[by_stream])) + 1
    for rows in np.split(by_stream, bounds):
        latest[rows] = np.maximum.accumulate(times[rows])
    return latest


@dataclass(frozen=True, slots=True)
class _Reordered(Origin):
    """An origin whose records were put into another order."""

    origin: Origin
    order: Ints

    def uid(self, index: int) -> str:
        return self.origin.uid(int(self.order[index]))

    def attributes(self, index: int) -> dict[str, Any]:
        return self.origin.attributes(int(self.order[index]))

    def trace_id(self, index: int) -> str:
        return self.origin.trace_id(int(self.order[index]))

    def span_id(self, index: int) -> str:
        return self.origin.span_id(int(self.order[index]))

    def held(self, indexes: Sequence[int]) -> Held:
        return self.origin.held(self.order[indexes].tolist())

    def attribute_texts(self, indexes: Sequence[int]) -> list[str]:
        return self.origin.attribute_texts(self.order[indexes].tolist())
