"""Calibration: raw scores of one detector -> p-values, by held-out normal data and an extreme-value tail.

Inside the sample the p-value is empirical. Beyond it the tail is a generalised Pareto distribution over
*cluster maxima*: exceedances closer than the incident gap are one cluster, as one fault makes many (Coles, An
Introduction to Statistical Modeling of Extreme Values, 2001, chapters 4 and 5.3). The same clusters tell how
many false incidents a day a threshold would cost.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_MAX_PEAKS = 2_000
_MIN_PEAKS = 8
"""Fewer peaks than this say nothing of the shape of a tail: it is taken as exponential."""
_DAY_SECONDS = 86_400.0
_EXPONENTIAL = 1e-6
"""Shapes below it are computed as an exponential tail."""
_NEVER_SEEN_SHARE = 0.5
"""Peaks that a detector silent on all held-out data is credited with (Jeffreys' prior of a Poisson rate)."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What held-out normal data said about one detector's scores.

    Attributes:
        count: how many units were scored.
        span_days: event time they covered, in days.
        peaks: maxima of the clusters of positive scores, descending; at most 2,000 are kept.
        quantiles: descending scores with their exceedance counts, for p-values inside the sample.
        scale: mean excess that the tail beyond the peaks decays by, in units of the score.
        shape: the tail's shape (0 = exponential), never negative.
    """

    count: int
    span_days: float
    peaks: Floats
    quantiles: Floats
    exceedances: Floats
    scale: float
    shape: float

    @classmethod
    def fit(cls, scores: Floats, times_ns: npt.NDArray[np.int64], *, gap_seconds: float) -> Self:
        """Fit to the scores of normal units at these event times (any order)."""
        positive = scores > 0
        values = np.sort(scores[positive])[::-1]
        peaks = _cluster_maxima(scores[positive], times_ns[positive], gap_seconds)
        grid = np.unique(np.geomspace(1, max(len(values), 1), 256).astype(np.int64)) - 1
        grid = grid[grid < len(values)]
        scale, shape = _tail(peaks)
        span = float(np.ptp(times_ns)) / 1e9 if len(times_ns) else 0.0
        return cls(
            count=len(scores),
            span_days=max(span, 1.0) / _DAY_SECONDS,
            peaks=peaks[:_MAX_PEAKS],
            quantiles=values[grid],
            exceedances=(grid + 1).astype(np.float64),
            scale=scale,
            shape=shape,
        )

    def p_values(self, scores: Floats) -> Floats:
        """Return for each score the chance that a normal unit scores as high, in (0, 1]."""
        n = self.count + 1.0
        if not len(self.quantiles):
            base = np.where(scores > 0, _NEVER_SEEN_SHARE / n, 1.0)
            return np.where(scores > 0, base * self._beyond(scores), base)
        inside = np.interp(scores, self.quantiles[::-1], self.exceedances[::-1])
        top = self.quantiles[0]
        p = np.where(scores > top, self._beyond(scores - top), inside) / n
        return np.where(scores <= 0, 1.0, np.maximum(p, 1e-300))

    def incidents_per_day(self, threshold: float) -> float:
        """Return the false incidents a day that findings above `threshold` are expected to make."""
        if not len(self.peaks):
            return _NEVER_SEEN_SHARE / self.span_days * float(self._beyond(np.array([threshold]))[0])
        if threshold < self.peaks[0]:
            return float(np.count_nonzero(self.peaks > threshold)) / self.span_days
        return float(self._beyond(np.array([threshold - self.peaks[0]]))[0]) / self.span_days

    def threshold(self, incidents_per_day: float) -> float:
        """Return the lowest score that keeps within `incidents_per_day`; beyond the peaks extrapolated."""
        allowed = incidents_per_day * self.span_days
        if len(self.peaks) and allowed >= 1:
            kept = int(allowed)
            return float(self.peaks[kept]) if kept < len(self.peaks) else 0.0
        start, credit = (float(self.peaks[0]), 1.0) if len(self.peaks) else (0.0, _NEVER_SEEN_SHARE)
        ratio = credit / allowed
        if ratio <= 1:
            return start
        if self.shape < _EXPONENTIAL:
            return start + self.scale * float(np.log(ratio))
        return start + self.scale / self.shape * float(ratio**self.shape - 1)

    def extrapolated(self, incidents_per_day: float) -> bool:
        """Return True when the threshold for this budget lies beyond what was seen."""
        return incidents_per_day * self.span_days < 1

    def interval(self, threshold: float) -> tuple[float, float]:
        """Return the 90 % interval of false incidents a day above `threshold` (Poisson)."""
        seen = float(np.count_nonzero(self.peaks > threshold))
        spread = 1.645 * np.sqrt(seen + 0.75)  # normal approximation on the root scale (Anscombe 1948)
        return max(0.0, seen + 0.5 - spread) / self.span_days, (seen + 1.0 + spread) / self.span_days

    def _beyond(self, excess: Floats) -> Floats:
        """Return the chance that an excess over the highest peak is larger than this."""
        scaled = np.maximum(excess, 0.0) / self.scale
        if self.shape < _EXPONENTIAL:
            return np.exp(-scaled)
        return np.asarray((1 + self.shape * scaled) ** (-1 / self.shape), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the bundle's manifest."""
        return {
            "count": self.count,
            "span_days": self.span_days,
            "peaks": [round(v, 6) for v in self.peaks.tolist()],
            "quantiles": [round(v, 6) for v in self.quantiles.tolist()],
            "exceedances": self.exceedances.tolist(),
            "scale": self.scale,
            "shape": self.shape,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        arrays = {k: np.asarray(data[k], dtype=np.float64) for k in ("peaks", "quantiles", "exceedances")}
        return cls(
            count=int(data["count"]),
            span_days=float(data["span_days"]),
            scale=float(data["scale"]),
            shape=float(data["shape"]),
            **arrays,
        )

    @classmethod
    def uncalibrated(cls) -> Self:
        """Return the calibration of a detector that learns online: its scores are decades of surprise.

        As if one silent day had been seen: half a false incident a day at score 0, a tenth of it each point.
        """
        empty = np.empty(0, dtype=np.float64)
        return cls(1_000_000, 1.0, empty, empty, empty, 1 / float(np.log(10)), 0.0)


def _cluster_maxima(scores: Floats, times_ns: npt.NDArray[np.int64], gap_seconds: float) -> Floats:
    """Return the maxima of runs of scores that lie within `gap_seconds` of each other, descending."""
    if not len(scores):
        return np.empty(0, dtype=np.float64)
    order = np.argsort(times_ns, kind="stable")
    starts = np.flatnonzero(np.diff(times_ns[order], prepend=np.iinfo(np.int64).min // 2) > gap_seconds * 1e9)
    return np.sort(np.maximum.reduceat(scores[order], starts))[::-1]


def _tail(peaks: Floats) -> tuple[float, float]:
    """Return scale and shape of the tail above the upper half of the peaks (probability-weighted moments)."""
    if not len(peaks):
        return 1.0, 0.0
    if len(peaks) == 1:
        return max(float(peaks[0]) / 4, 0.25), 0.0
    upper = peaks[: max(len(peaks) // 2, min(len(peaks), _MIN_PEAKS))]
    excess = upper - upper[-1]
    mean = max(float(excess.mean()), 1e-3 * float(peaks[0]))
    if len(upper) < _MIN_PEAKS:
        return mean, 0.0
    ranks = np.arange(len(excess), dtype=np.float64) / (len(excess) - 1)
    weighted = float((excess * ranks).mean())
    shape = 2 - mean / max(mean - 2 * weighted, 1e-12) if mean > 2 * weighted else 0.0
    return mean, float(np.clip(shape, 0.0, 0.3))
