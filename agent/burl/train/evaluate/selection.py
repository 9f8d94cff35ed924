"""Some records of batches: those of one part of a dataset."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from burl.receive.batch import Batch, Ints, Origin


@dataclass(frozen=True, slots=True)
class _Origin(Origin):
    """The origin of some records of a batch."""

    whole: Origin
    rows: Ints

    def uid(self, index: int) -> str:
        return self.whole.uid(int(self.rows[index]))

    def attributes(self, index: int) -> dict[str, Any]:
        return self.whole.attributes(int(self.rows[index]))

    def trace_id(self, index: int) -> str:
        return self.whole.trace_id(int(self.rows[index]))

    def span_id(self, index: int) -> str:
        return self.whole.span_id(int(self.rows[index]))


def selected(batches: Iterable[Batch], part: str) -> list[Batch]:
    """Return the records whose attribute `split` begins with `part`, in batches, none of them empty."""
    found = []
    for batch in batches:
        splits = (str(batch.origin.attributes(index).get("split", "")) for index in range(len(batch)))
        rows = np.flatnonzero([split.startswith(part) for split in splits])
        if len(rows):
            found.append(_taken(batch, rows))
    return found


def _taken(batch: Batch, rows: Ints) -> Batch:
    return Batch(
        bodies=[batch.bodies[row] for row in rows.tolist()],
        times_ns=batch.times_ns[rows],
        timed=batch.timed[rows],
        streams=batch.streams[rows],
        severities=batch.severities[rows],
        sender=batch.sender,
        arrival_ns=batch.arrival_ns,
        origin=_Origin(batch.origin, rows),
    )
