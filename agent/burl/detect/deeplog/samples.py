"""Gathers the values that the parameter-value model learns from."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from burl.detect.deeplog.columns import ELAPSED, Column, Values, choose, clipped
from burl.detect.deeplog.numbers import numbers
from burl.detect.deeplog.settings import ValueConfig
from burl.detect.deeplog.tables import Tables
from burl.receive.batch import Ints
from burl.window import Events

_HELD_OUT_SHARE = 0.25
_LEAST_ERRORS = 20
_MOST_PLACES = 32
"""Variable parts of a line that are looked at."""

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class Sample:
    """Records of one template in order of time: their services, elapsed seconds and numbers."""

    services: list[int] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    last_ns: dict[int, int] = field(default_factory=dict)

    def add(self, events: Events, row: int) -> None:
        """Take record `row` of `events`."""
        service, time_ns = int(events.services[row]), int(events.times_ns[row])
        parameters = events.parameters(row)
        if not self.rows:
            self.places = list(range(min(len(parameters), _MOST_PLACES)))
        before = self.last_ns.get(service)
        elapsed = np.nan if before is None else max(time_ns - before, 0) / 1e9
        self.last_ns[service] = max(time_ns, before or 0)
        self.services.append(service)
        self.rows.append([elapsed, *numbers(parameters, self.places)])


@dataclass(frozen=True, slots=True)
class Modelled:
    """A template worth a model: its columns, and the raw values of its records."""

    template: int
    columns: list[Column]
    raw: Values
    services: Ints


@dataclass(frozen=True, slots=True)
class Examples:
    """Stretches of series; equal-length columns.

    Attributes:
        keys: the template of each (dense id).
        windows: (n, h + 1, width): the values that are to be predicted come last.
        held: True where these belong to the last quarter of their template's records.
    """

    keys: Ints
    windows: Floats
    held: npt.NDArray[np.bool_]


def gather(slices: list[Events], config: ValueConfig) -> list[Modelled]:
    """Return the templates that have numbers, the most frequent first."""
    samples: dict[int, Sample] = {template: Sample() for template in _most_common(slices, config)}
    for events in slices:
        for row in np.flatnonzero(np.isin(events.templates, list(samples))).tolist():
            sample = samples[int(events.templates[row])]
            if len(sample.rows) < config.max_values:
                sample.add(events, row)
    modelled = [_modelled(template, sample, config) for template, sample in samples.items()]
    return [each for each in modelled if any(column.place != ELAPSED for column in each.columns)]


def examples(modelled: list[Modelled], tables: Tables, history: int) -> Examples:
    """Return all stretches of `history` + 1 records of all series."""
    keys, windows, held = [], [], []
    for key, each in enumerate(modelled):
        raw = np.full((len(each.raw), tables.width), np.nan)
        raw[:, : len(each.columns)] = each.raw
        values = clipped(tables.scaled(key, raw))
        late = np.arange(len(values)) >= (1 - _HELD_OUT_SHARE) * len(values)
        for service in np.unique(each.services):
            of_service = each.services == service
            stretches = stretch(values[of_service], history)
            windows.append(stretches)
            held.append(late[of_service][history:])
            keys.append(np.full(len(stretches), key, dtype=np.int64))
    return Examples(np.concatenate(keys), np.concatenate(windows), np.concatenate(held))


def stretch(values: Floats, history: int) -> Floats:
    """Return every run of `history` + 1 rows of `values` (n, width): (n - history, history + 1, width)."""
    if len(values) <= history:
        return np.empty((0, history + 1, values.shape[1]), dtype=np.float32)
    views = np.lib.stride_tricks.sliding_window_view(values, history + 1, axis=0)
    return np.ascontiguousarray(views.transpose(0, 2, 1))


def with_intervals(columns: list[Column], key: int, found: Examples, errors: Floats) -> list[Column]:
    """Return the columns of template `key` with the intervals of their errors; unjudged where few."""
    mine = found.keys == key
    train, held = errors[mine & ~found.held], errors[mine & found.held]
    if min(len(train), len(held)) < _LEAST_ERRORS:
        return [replace(column, judged=False) for column in columns]
    return [
        column.judged_by(train[:, i].astype(np.float64), held[:, i].astype(np.float64))
        for i, column in enumerate(columns)
    ]


def _most_common(slices: list[Events], config: ValueConfig) -> list[int]:
    if not slices:
        return []
    counts = np.bincount(np.concatenate([events.templates for events in slices]))
    order = np.argsort(-counts, kind="stable")[: config.max_templates]
    return [int(template) for template in order if counts[template] >= config.min_values]


def _modelled(template: int, sample: Sample, config: ValueConfig) -> Modelled:
    raw = np.array(sample.rows, dtype=np.float64)
    places = [ELAPSED, *sample.places]
    services = np.array(sample.services, dtype=np.int64)
    columns = choose(raw, places, services, config.max_columns)
    chosen = [places.index(column.place) for column in columns]
    return Modelled(template, columns, raw[:, chosen], services)
