"""Which numbers of a template are modelled, and how they are made comparable."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from statistics import NormalDist
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints

Values = npt.NDArray[np.float64]

ELAPSED = -1
"""The place of the time since the last record of the same series, in seconds."""
_CLIP = 8.0
"""Scaled values are cut here before the network sees them: one outlier shall not blind it for h records."""
_NUMERIC_SHARE = 0.99
_GROWING_SHARE = 0.9
_LEAST_SCALE = 1e-3
_IQR_OF_NORMAL = 1.349
_LEAST_SPREAD = 0.1
"""Of errors, in scaled units. What is predicted better than so is no measurement but a state that jumps: the
number of a process, a worker, a connection. No interval holds the next jump."""
_TAIL = 0.999
_TAIL_DEVIATIONS = NormalDist().inv_cdf((1 + _TAIL) / 2)
_DRIFT = 3.0
"""An error so many times larger on later values than in training is no noise: the number moves away."""
_LARGEST_LOG = 700.0
"""exp of it is about the largest float."""


@dataclass(frozen=True, slots=True)
class Column:
    """One number of a template: where it stands, how it is scaled, how far predictions of it are off.

    Attributes:
        place: number of the variable part, or `ELAPSED`.
        usual: the median size of the training values: below it their logarithm becomes linear, since a
            number much smaller than usual is seldom news.
        centre, scale: of the logarithms of the training values (median, and spread between quartiles).
        bias, spread: mean and standard deviation of the prediction's error on held-out values, scaled.
        judged: False for a number that is only looked at: its error drifts, as that of a counter or id does.
    """

    place: int
    usual: float
    centre: float
    scale: float
    bias: float = 0.0
    spread: float = 1.0
    judged: bool = True

    @classmethod
    def of(cls, place: int, values: Values) -> "Column | None":
        """Return the column, or None when the values are no numbers or never vary."""
        known = values[~np.isnan(values)]
        # The first record of a series has no elapsed time; a variable part is a number nearly always or none.
        numeric = place == ELAPSED or len(known) >= _NUMERIC_SHARE * len(values)
        if not numeric or not len(known) or known.min() == known.max():
            return None
        usual = float(np.median(np.abs(known))) or 1.0
        logs = _signed_log(known, usual)
        low, centre, high = np.percentile(logs, [25, 50, 75])
        scale = max(float(high - low) / _IQR_OF_NORMAL, float(logs.std()) / 2, _LEAST_SCALE)
        return cls(place, usual, float(centre), scale)

    def unscaled(self, value: float) -> float:
        """Return the number whose scaled form is `value`."""
        log = value * self.scale + self.centre
        size = math.expm1(min(abs(log), _LARGEST_LOG)) * self.usual
        return math.copysign(size, log)

    def judged_by(self, train_errors: Values, held_errors: Values) -> "Column":
        """Return the column with the interval of its error on later values than those trained on."""
        usual, bias = float(train_errors.std()), float(held_errors.mean())
        # Errors have longer tails than a Gaussian: the wider of the two that fit them, in all or in the tail.
        tail = float(np.quantile(np.abs(held_errors - bias), _TAIL)) / _TAIL_DEVIATIONS
        spread = max(float(held_errors.std()), tail)
        is_noise = min(usual, spread) >= _LEAST_SPREAD
        is_steady = spread <= _DRIFT * usual and abs(bias) <= _DRIFT * usual
        return replace(self, bias=bias, spread=max(spread, _LEAST_SPREAD), judged=is_noise and is_steady)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError when `data` is no column."""
        usual, centre, scale = (float(data[name]) for name in ("usual", "centre", "scale"))
        bias, spread = float(data["bias"]), float(data["spread"])
        return cls(int(data["place"]), usual, centre, scale, bias, spread, judged=bool(data["judged"]))


def scaled(raw: Values, usual: Values, centres: Values, scales: Values) -> Values:
    """Return raw numbers in units of their usual spread; a missing one becomes 0, the usual value."""
    return np.nan_to_num((_signed_log(raw, usual) - centres) / scales, nan=0.0)


def clipped(values: Values) -> npt.NDArray[np.float32]:
    """Return scaled values as the network sees them."""
    return np.clip(values, -_CLIP, _CLIP).astype(np.float32)


def choose(values: Values, places: Sequence[int], services: Ints, most: int) -> list[Column]:
    """Return at most `most` columns worth modelling of `values` (records, places), in order of time."""
    order = np.argsort(services, kind="stable")
    found = [
        Column.of(place, values[:, i]) for i, place in enumerate(places) if not _is_counter(values[order, i])
    ]
    return [column for column in found if column is not None][:most]


def _is_counter(values: Values) -> bool:
    """Return whether values nearly always grow: counters and running ids, which no interval can hold."""
    known = values[~np.isnan(values)]
    steps = np.diff(known)
    grows = np.count_nonzero(steps > 0) >= _GROWING_SHARE * np.count_nonzero(steps)
    return len(np.unique(known)) > len(known) / 2 and bool(grows)


def _signed_log(values: Values, usual: float | Values) -> Values:
    """Latencies and sizes spread over decades; the logarithm of the size, with its sign, evens them out."""
    result: Values = np.sign(values) * np.log1p(np.abs(values) / usual)
    return result
