"""Which numbers of a template are modelled, and how they are made comparable."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints

Values = npt.NDArray[np.float64]

ELAPSED = -1
"""The place of the time since the last record of the same series, in seconds."""
_RESOLUTION = 1e-3
"""Below it the logarithm becomes linear: a millisecond, a thousandth of a byte."""
_CLIP = 8.0
"""Scaled values are cut here before the network sees them: one outlier shall not blind it for h records."""
_NUMERIC_SHARE = 0.99
_GROWING_SHARE = 0.9
_LEAST_SCALE = 1e-3
_IQR_OF_NORMAL = 1.349
_LEAST_SPREAD = 0.05
"""Of errors, in scaled units: a value that never varied much is allowed this much."""
_DRIFT = 3.0
"""An error so many times larger on later values than in training is no noise: the number moves away."""
_LARGEST_LOG = 700.0
"""exp of it is about the largest float."""


@dataclass(frozen=True, slots=True)
class Column:
    """One number of a template: where it stands, how it is scaled, how far predictions of it are off.

    Attributes:
        place: number of the variable part, or `ELAPSED`.
        centre, scale: of the signed logarithm of the training values (median, and spread between quartiles).
        bias, spread: mean and standard deviation of the prediction's error on held-out values, scaled.
        judged: False for a number that is only looked at: its error drifts, as that of a counter or id does.
    """

    place: int
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
        logs = _signed_log(known)
        low, centre, high = np.percentile(logs, [25, 50, 75])
        scale = max(float(high - low) / _IQR_OF_NORMAL, float(logs.std()) / 2, _LEAST_SCALE)
        return cls(place, float(centre), scale)

    def unscaled(self, value: float) -> float:
        """Return the number whose scaled form is `value`."""
        log = value * self.scale + self.centre
        size = math.expm1(min(abs(log), _LARGEST_LOG)) * _RESOLUTION
        return math.copysign(size, log)

    def judged_by(self, train_errors: Values, held_errors: Values) -> "Column":
        """Return the column with the interval of its error on later values than those trained on."""
        usual = max(float(train_errors.std()), _LEAST_SPREAD)
        bias, spread = float(held_errors.mean()), max(float(held_errors.std()), _LEAST_SPREAD)
        steady = spread <= _DRIFT * usual and abs(bias) <= _DRIFT * usual
        return replace(self, bias=bias, spread=spread, judged=steady)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError when `data` is no column."""
        centre, scale, bias, spread = (float(data[name]) for name in ("centre", "scale", "bias", "spread"))
        return cls(int(data["place"]), centre, scale, bias, spread, judged=bool(data["judged"]))


def scaled(raw: Values, centres: Values, scales: Values) -> Values:
    """Return raw numbers in units of their usual spread; a missing one becomes 0, the usual value."""
    return np.nan_to_num((_signed_log(raw) - centres) / scales, nan=0.0)


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


def _signed_log(values: Values) -> Values:
    """Latencies and sizes spread over decades; the logarithm of the size, with its sign, evens them out."""
    result: Values = np.sign(values) * np.log1p(np.abs(values) / _RESOLUTION)
    return result
