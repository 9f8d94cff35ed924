"""Remembers the latest values of each series: a template of a service."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints

Key = tuple[str, int]
"""Service, by its key (indexes are the process's own), and template (dense id)."""
Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class Series:
    """The latest scaled values of a series, oldest first, and the time of its last record."""

    last_ns: int
    values: Floats

    def elapsed_seconds(self, times_ns: Ints) -> npt.NDArray[np.float64]:
        """Return the time since the record before, of records in order; 0 for late ones."""
        before = np.maximum.accumulate(np.concatenate([[self.last_ns], times_ns]))
        self.last_ns = int(before[-1])
        seconds: npt.NDArray[np.float64] = np.maximum(times_ns - before[:-1], 0) / 1e9
        return seconds

    def append(self, values: Floats, history: int) -> Floats:
        """Append `values` (n, width); return all of the series that they or their histories are made of."""
        block = np.concatenate([self.values, values])
        self.values = block[-history:].copy()
        return block


class SeriesTable:
    """At most `max_series` series, the least recently used ones forgotten."""

    def __init__(self, max_series: int) -> None:
        self._max_series = max_series
        self._series: OrderedDict[Key, Series] = OrderedDict()

    def __len__(self) -> int:
        """Return how many series are remembered."""
        return len(self._series)

    def get(self, key: Key, first_ns: int, width: int) -> Series:
        """Return the series `key`, a new one when it is unknown."""
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = Series(first_ns, np.empty((0, width), dtype=np.float32))
            if len(self._series) > self._max_series:
                self._series.popitem(last=False)
        self._series.move_to_end(key)
        return series

    def state(self, ids: list[str]) -> list[Any]:
        """Return what `restore` needs; `ids` names the templates, whose numbers change with the bundle."""
        return [
            [service, ids[template], s.last_ns, s.values.astype("<f4").tobytes(), s.values.shape[1]]
            for (service, template), s in self._series.items()
        ]

    def restore(self, state: list[Any], ids: list[str], width: int) -> None:
        """Continue from `state`; series of templates that are not modelled any more are dropped."""
        dense = {identifier: number for number, identifier in enumerate(ids)}
        for service, template, last_ns, content, old_width in state:
            if template in dense and old_width == width:
                values = np.frombuffer(content, dtype="<f4").reshape(-1, width).astype(np.float32)
                self._series[str(service), dense[template]] = Series(int(last_ns), values)
