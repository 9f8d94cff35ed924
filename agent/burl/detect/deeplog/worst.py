"""The event that a sequence is judged by: the most improbable one."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints
from burl.window import Sequences


class Judged(NamedTuple):
    """Events of some sequences; equal-length columns, but for `windows`.

    Attributes:
        rows: index of the sequence.
        positions: flat position of the record that is named; of one sequence ascending.
        scores: -log10 of the probability of what came.
        is_broken: whether the paper's rule calls it abnormal: it is not among the g most probable.
        is_unseen: whether that record was never seen in training, which says it all.
        windows: what the first of them were judged by; all others are unseen.
    """

    rows: Ints
    positions: Ints
    scores: npt.NDArray[np.float64]
    is_broken: npt.NDArray[np.bool_]
    is_unseen: npt.NDArray[np.bool_]
    windows: npt.NDArray[np.int32]


class Worst(NamedTuple):
    """The most improbable event of a sequence, the first of equals.

    Attributes:
        score: see `Judged`; 0 where nothing was judged.
        offset: how far the record that is named stands from the sequence's begin.
        window: what it was judged by; empty where it is unseen, or nothing was judged.
        is_broken: whether the paper's rule is, by this event or another one.
    """

    score: float
    offset: int
    window: bytes
    is_broken: bool


def worst_of(sequences: Sequences, judged: Judged) -> list[Worst]:
    """Return the worst event of each sequence; `judged` are the events of all."""
    found = [Worst(0.0, offset, b"", is_broken=False) for offset in first_offsets(sequences).tolist()]
    broken = set(judged.rows[judged.is_broken].tolist())
    order = np.lexsort((-judged.scores, judged.rows))  # stable: the first of equals stays the first
    for at in order[np.flatnonzero(np.diff(judged.rows[order], prepend=-1))].tolist():
        row = int(judged.rows[at])
        window = b"" if judged.is_unseen[at] else judged.windows[at].tobytes()
        offset = int(judged.positions[at] - sequences.offsets[row])
        found[row] = Worst(float(judged.scores[at]), offset, window, row in broken)
    return found


def first_offsets(sequences: Sequences) -> Ints:
    """Return how far the first judged event of each sequence stands from its begin."""
    offsets: Ints = np.minimum(sequences.leads, np.diff(sequences.offsets) - 1)
    return offsets
