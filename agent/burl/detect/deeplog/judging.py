"""Compares the values of events with what the values before them let expect."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from burl.detect.cells import Floats
from burl.detect.deeplog.columns import Values, clipped
from burl.detect.deeplog.samples import stretch
from burl.detect.deeplog.series import Key, SeriesTable
from burl.detect.deeplog.tables import Tables
from burl.detect.recurrent import Network
from burl.detect.vocabulary import Vocabulary
from burl.receive.batch import Ints
from burl.window import Events

_HIGHEST = 1e6
_DIGITS = 4
"""Scores are rounded: float32 sums differ in the last bits with the size of the batch they were part of."""


class Learnt(NamedTuple):
    """What training found: templates, their columns, the network."""

    vocabulary: Vocabulary
    tables: Tables
    model: Network


class Taken(NamedTuple):
    """Events whose series is long enough; one row each: index, template, scaled values, those before."""

    rows: Ints
    keys: Ints
    came: Values
    histories: Floats


class Judged(NamedTuple):
    """Events compared with what was expected; one row each, distances in standard deviations."""

    rows: Ints
    keys: Ints
    came: Values
    expected: Values
    distances: Values


class SeriesReader:
    """Takes events into the series they belong to."""

    def __init__(
        self, tables: Tables, series: SeriesTable, history: int, service_key: Callable[[int], str]
    ) -> None:
        self._tables = tables
        self._series = series
        self._history = history
        self._service_key = service_key

    def take(self, events: Events, rows: Ints, keys: Ints) -> Taken:
        """Append events `rows`, of templates `keys`, to their series."""
        order = np.lexsort((rows, events.services[rows], keys))
        rows, keys = rows[order], keys[order]
        services, times = events.services[rows], events.times_ns[rows]
        raw = self._tables.raw(keys, rows, events.parameters)
        bounds = np.flatnonzero(np.diff(keys, prepend=-1) | np.diff(services, prepend=-1)).tolist()
        came, full, histories = np.empty_like(raw), [], []
        for start, stop in zip(bounds, [*bounds[1:], len(rows)], strict=True):
            series_key = (self._service_key(int(services[start])), int(keys[start]))
            came[start:stop], before = self._extend(series_key, times[start:stop], raw[start:stop])
            full.append(np.arange(stop - len(before), stop))
            histories.append(before)
        at = np.concatenate(full)
        return Taken(rows[at], keys[at], came[at], np.concatenate(histories))

    def _extend(self, series_key: Key, times_ns: Ints, raw: Values) -> tuple[Values, Floats]:
        """Return the scaled values, and the histories of the last of them that have a full one."""
        series = self._series.get(series_key, int(times_ns[0]), self._tables.width)
        template = series_key[1]
        self._tables.set_elapsed(raw, template, series.elapsed_seconds(times_ns))
        came = self._tables.scaled(template, raw)
        block = series.append(clipped(came), self._history)
        return came, stretch(block, self._history)[:, :-1]


def compare(learnt: Learnt, taken: Taken) -> Judged:
    """Return how far the values are from what the network expects."""
    rows, keys, came, histories = taken
    tables = learnt.tables
    predicted = predict(learnt.model, keys, histories) if len(rows) else np.empty_like(came)
    expected: Values = predicted.astype(np.float64) + tables.biases[keys]
    distances: Values = np.abs(came - expected) / tables.spreads[keys] * tables.judged[keys]
    return Judged(rows, keys, came, expected, np.minimum(distances, _HIGHEST).round(_DIGITS))


def predict(model: Network, keys: Ints, histories: npt.NDArray[np.float32]) -> Floats:
    """Return the values (n, width) expected after `histories` (n, h, width) of templates `keys`."""
    repeated = np.repeat(keys[:, None], histories.shape[1], axis=1)
    return model.run(repeated, np.ascontiguousarray(histories, dtype=np.float32))
