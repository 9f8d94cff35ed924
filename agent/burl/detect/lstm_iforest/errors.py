"""The LSTM's errors on sequences, and what the forest sees of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from burl.detect.symbol_model import SymbolModel, Windows, came
from burl.receive.batch import Ints

Floats = npt.NDArray[np.float64]

UNSEEN = 2.0
"""The error of an event never seen in training, when it counts: beyond the largest that there can be."""
_LARGEST = 3
_LEVELS = (0.25, 0.45)
"""Errors counted above: more wrong than right, and as wrong as a coin that is sure."""
_DIGITS = 4
"""Errors are rounded: float32 sums differ in the last bits with the size of the batch they were part of."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of the events of sequences, in order of sequence and position; equal-length columns."""

    rows: Ints
    positions: Ints
    errors: Floats

    def worst(self, count: int) -> tuple[Floats, Ints]:
        """Return the largest error of each of `count` sequences (0 of none), and its index (-1 of none)."""
        largest, index = np.zeros(count), np.full(count, -1, dtype=np.int64)
        order = np.lexsort((np.arange(len(self.rows)), -self.errors, self.rows))
        rows, firsts = np.unique(self.rows[order], return_index=True)
        index[rows] = order[firsts]
        largest[rows] = self.errors[order[firsts]]
        return largest, index

    def features(self, count: int) -> Floats:
        """Return (count, width): the largest errors, mean, root mean square, sum, how many above the levels.

        Events never seen in training have no part in it.
        """
        is_known = self.errors < UNSEEN
        rows, errors = self.rows[is_known], self.errors[is_known]
        order, sizes = np.lexsort((-errors, rows)), np.bincount(rows, minlength=count)
        ranks = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        largest = np.zeros((count, _LARGEST))
        top = ranks < _LARGEST
        largest[rows[top], ranks[top]] = errors[order][top]
        sums = np.bincount(rows, errors, minlength=count)
        squares = np.bincount(rows, errors**2, minlength=count)
        divisor = np.maximum(sizes, 1)
        above = [np.bincount(rows[errors > level], minlength=count) for level in _LEVELS]
        columns = [sums / divisor, np.sqrt(squares / divisor), np.log1p(sums), *map(np.log1p, above)]
        return np.round(np.column_stack([largest, *columns]), _DIGITS)


def window_errors(model: SymbolModel, windows: Windows) -> Floats:
    """Return the mean squared error (n,) of predictions, in units of the largest there can be.

    The vector of an event is 1 at its place and 0 elsewhere; the prediction holds the probabilities. The sum
    of squares is then between 0 and 2 however many events there are, and half of it between 0 and 1.
    """
    predicted = np.exp(model.outputs(windows).astype(np.float64))
    right = came(predicted, windows)[:, 0]
    errors: Floats = np.round(((predicted**2).sum(axis=1) - 2 * right + 1) / 2, _DIGITS)
    return errors
