"""Sequences -> count vectors."""

from collections.abc import Iterator

import numpy as np

from burl.detect.counts.model import Floats
from burl.receive.batch import Ints
from burl.window import Sequences

_MAX_CELLS = 4_000_000
"""Counts held at once: bounds the memory, however many templates and sequences there are."""


def portions(rows: Ints, width: int) -> Iterator[Ints]:
    """Cut `rows` so that the count vectors of a portion stay small."""
    size = max(1, _MAX_CELLS // width)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def count_matrix(sequences: Sequences, dense: Ints, rows: Ints, width: int) -> Floats:
    """Return how often each event is judged in the sequences at `rows`: (len(rows), width).

    `dense` is the dense id of each flat position, below `width`.
    """
    starts = sequences.offsets[rows] + sequences.leads[rows]
    lengths = sequences.offsets[rows + 1] - starts
    owner = np.repeat(np.arange(len(rows)), lengths)
    flat = np.arange(len(owner)) + np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    cells = np.bincount(owner * width + dense[flat], minlength=len(rows) * width)
    return cells.reshape(len(rows), width).astype(np.float64)
