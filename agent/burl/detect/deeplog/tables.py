"""The modelled templates and their columns, as matrices for scoring many records at once."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from burl.detect.deeplog.columns import ELAPSED, Column, Values, scaled
from burl.detect.deeplog.numbers import numbers
from burl.receive.batch import Ints


class Tables:
    """Columns of each modelled template, padded to the same width.

    Args:
        columns: for each template (dense id) its columns; a column of elapsed time comes first.
    """

    def __init__(self, columns: Sequence[Sequence[Column]]) -> None:
        self.columns = columns
        self.width = max((len(each) for each in columns), default=0)
        self.usual = self._matrix(lambda column: column.usual, 1.0)
        self.centres = self._matrix(lambda column: column.centre, 0.0)
        self.scales = self._matrix(lambda column: column.scale, 1.0)
        self.biases = self._matrix(lambda column: column.bias, 0.0)
        self.spreads = self._matrix(lambda column: column.spread, 1.0)
        self.judged = self._matrix(lambda column: float(column.judged), 0.0)
        self.active = self.judged.any(axis=1) if self.width else np.zeros(len(columns), dtype=np.bool_)
        """Which templates have a judged column at all."""
        self._elapsed = [bool(each) and each[0].place == ELAPSED for each in columns]
        self._places = [[c.place for c in each if c.place != ELAPSED] for each in columns]

    def raw(self, keys: Ints, rows: Ints, parameters: Callable[[int], Sequence[str]]) -> Values:
        """Return the numbers of each record (n, width); elapsed time is left for `set_elapsed`."""
        raw = np.full((len(rows), self.width), np.nan)
        for i, (key, row) in enumerate(zip(keys.tolist(), rows.tolist(), strict=True)):
            start, places = int(self._elapsed[key]), self._places[key]
            raw[i, start : start + len(places)] = numbers(parameters(row), places)
        return raw

    def set_elapsed(self, raw: Values, key: int, seconds: npt.NDArray[np.float64]) -> None:
        """Fill in the elapsed time of the records of one series of template `key`, in place."""
        if self._elapsed[key]:
            raw[:, 0] = seconds

    def scaled(self, key: int, raw: Values) -> Values:
        """Return the numbers (n, width) of records of template `key` in units of their usual spread."""
        return scaled(raw, self.usual[key], self.centres[key], self.scales[key])

    def _matrix(self, value: Callable[[Column], float], padding: float) -> Values:
        matrix = np.full((len(self.columns), self.width), padding)
        for row, each in enumerate(self.columns):
            matrix[row, : len(each)] = [value(column) for column in each]
        return matrix
