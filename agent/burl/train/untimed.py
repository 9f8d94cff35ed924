"""Logs that say no time: their lines still follow one another."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from burl.receive.batch import Batch

_SECOND_NS = 1_000_000_000


def are_timed(batches: Sequence[Batch]) -> bool:
    """Return True when any record says its time."""
    return any(bool(batch.timed.any()) for batch in batches)


def spaced(batches: Sequence[Batch]) -> list[Batch]:
    """Return batches of which no record says its time, the records a second apart in their order.

    They all bear the time of reading else, and nothing could be held out as later. The last one keeps it.
    """
    end, total = 0, sum(map(len, batches))
    result = []
    for batch in batches:
        end += len(batch)
        steps = np.arange(end - len(batch), end, dtype=np.int64) - (total - 1)
        result.append(replace(batch, times_ns=batch.times_ns + steps * _SECOND_NS))
    return result
