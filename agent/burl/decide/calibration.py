"""Calibration: raw scores of one detector -> p-values, by held-out normal data and an extreme-value tail.

Inside the sample the p-value is empirical. Beyond it the tail is a generalised Pareto distribution over
*cluster maxima*: exceedances closer than the incident gap are one cluster, as one fault makes many (Coles, An
Introduction to Statistical Modeling of Extreme Values, 2001, chapters 4 and 5.3). The same clusters tell how
many false incidents a day a threshold would cost.
"""

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_MAX_TOP = 2_000
_MIN_PEAKS = 8
"""Fewer peaks than this say nothing of the shape of a tail: it is taken as exponential."""
_MAX_SHAPE = 0.3
_EXPONENTIAL = 1e-6
"""Shapes below it are computed as an exponential tail."""
_DAY_SECONDS = 86_400.0
_LEAST_SCALE = 1e-9
_LEAST = 1e-300
"""Least p-value: never 0, as nothing is impossible."""
_NEVER_SEEN = 0.5
"""Peaks that a detector silent on all held-out data is credited with (Jeffreys' prior of a Poisson rate)."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What held-out normal data said about one detector's scores; part of a bundle's manifest.

    Attributes:
        count: how many units were scored.
        span_seconds: event time they covered.
        top_scores: the highest positive scores, descending; at most 2,000.
        top_seconds: event time of each, in seconds from the start of the held-out data.
        quantiles: descending positive scores over the whole sample.
        exceedances: how many units scored at least as high as each quantile.
        history_seconds: event time that was learnt from before, for a detector that goes on learning: what
            it calls new once is known from then on. 0 for all others.
    """

    count: int
    span_seconds: float
    top_scores: Floats
    top_seconds: Floats
    quantiles: Floats
    exceedances: Floats
    history_seconds: float = 0.0

    @property
    def days(self) -> float:
        """Days of which the held-out data are worth, when false incidents are counted per day.

        Novelties become rarer as a detector learns: in the time from t to u it meets N * ln(u / t) of them
        (Good and Toulmin 1956, for a vocabulary of Zipf's law). What was met in the held-out span after so
        much history therefore says how many the day after all of it will bring.
        """
        if not self.history_seconds:
            return self.span_seconds / _DAY_SECONDS
        learnt = self.history_seconds + self.span_seconds
        return math.log(learnt / self.history_seconds) / math.log1p(_DAY_SECONDS / learnt)

    @classmethod
    def fit(
        cls,
        scores: Floats,
        times_ns: npt.NDArray[np.int64],
        *,
        span_seconds: float = 0.0,
        history_seconds: float = 0.0,
    ) -> Self:
        """Fit to the scores of normal units at these event times (any order).

        `span_seconds` is the event time that was watched, where it is longer than from first to last unit.
        """
        start = int(times_ns.min()) if len(times_ns) else 0
        order = np.argsort(-scores, kind="stable")
        order = order[: int(np.count_nonzero(scores > 0))]
        values = scores[order]
        grid = np.unique(np.geomspace(1, max(len(values), 1), 256).astype(np.int64)) - 1
        grid = grid[grid < len(values)]
        return cls(
            count=len(scores),
            span_seconds=max(float(np.ptp(times_ns)) / 1e9 if len(times_ns) else 0.0, span_seconds, 1.0),
            top_scores=values[:_MAX_TOP],
            top_seconds=(times_ns[order[:_MAX_TOP]] - start) / 1e9,
            quantiles=values[grid],
            exceedances=(grid + 1).astype(np.float64),
            history_seconds=history_seconds,
        )

    @classmethod
    def uncalibrated(cls) -> Self:
        """Return the calibration of a detector that learns online: its scores are decades of surprise.

        As if a silent day had been seen: half a false incident a day at score 0, a tenth of it each point.
        """
        none = np.empty(0)
        return cls(1_000_000, _DAY_SECONDS, none, none, none, none)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the bundle's manifest."""
        arrays = ("top_scores", "top_seconds", "quantiles", "exceedances")
        plain = {name: [round(value, 6) for value in getattr(self, name).tolist()] for name in arrays}
        spans = {"span_seconds": self.span_seconds, "history_seconds": self.history_seconds}
        return {"count": self.count, **spans, **plain}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        arrays = {
            name: np.asarray(data[name], dtype=np.float64)
            for name in ("top_scores", "top_seconds", "quantiles", "exceedances")
        }
        return cls(
            int(data["count"]),
            float(data["span_seconds"]),
            history_seconds=float(data["history_seconds"]),
            **arrays,
        )


class Tail:
    """The tail of a calibration under one incident gap: thresholds, p-values, false incidents a day."""

    def __init__(self, calibration: Calibration, gap_seconds: float) -> None:
        """Args: scores closer than `gap_seconds` would be one incident."""
        self._of = calibration
        self.days = calibration.days
        self.peaks = _cluster_maxima(calibration.top_scores, calibration.top_seconds, gap_seconds)
        self.scale, self.shape = _fit_tail(self.peaks)

    def p_values(self, scores: Floats) -> Floats:
        """Return for each score the chance that a normal unit scores as high, in (0, 1]."""
        n = self._of.count + 1.0
        if not len(self._of.quantiles):
            return np.where(scores > 0, np.maximum(_NEVER_SEEN / n * self._beyond(scores), _LEAST), 1.0)
        top = self._of.quantiles[0]
        inside = np.interp(scores, self._of.quantiles[::-1], self._of.exceedances[::-1])
        p = np.where(scores > top, self._beyond(scores - top), inside) / n
        return np.where(scores <= 0, 1.0, np.maximum(p, _LEAST))

    def incidents_per_day(self, threshold: float) -> float:
        """Return the false incidents a day that findings above `threshold` are expected to make."""
        start, credit = self._start()
        if threshold < start:
            return float(np.count_nonzero(self.peaks > threshold)) / self.days
        return credit * float(self._beyond(np.array([threshold - start]))[0]) / self.days

    def threshold(self, incidents_per_day: float) -> float:
        """Return the lowest score that keeps within `incidents_per_day`; beyond the peaks extrapolated."""
        allowed = incidents_per_day * self.days
        start, credit = self._start()
        if allowed >= credit:
            kept = int(allowed)
            return float(self.peaks[kept]) if kept < len(self.peaks) else 0.0
        ratio = credit / allowed
        if self.shape < _EXPONENTIAL:
            return start + self.scale * float(np.log(ratio))
        return start + self.scale / self.shape * float(ratio**self.shape - 1)

    def extrapolated(self, incidents_per_day: float) -> bool:
        """Return True when the threshold for this budget lies beyond what was seen."""
        return incidents_per_day * self.days < 1

    def interval(self, threshold: float) -> tuple[float, float]:
        """Return the 90 % interval of false incidents a day above `threshold` (Poisson, root scale)."""
        seen = float(np.count_nonzero(self.peaks > threshold))
        spread = 1.645 * float(np.sqrt(seen + 0.75))  # variance-stabilised (Anscombe 1948)
        return max(0.0, seen + 0.5 - spread) / self.days, (seen + 1.0 + spread) / self.days

    def _start(self) -> tuple[float, float]:
        """Return the score from which on the tail is extrapolated, and the incidents seen there."""
        return (float(self.peaks[0]), 1.0) if len(self.peaks) else (0.0, _NEVER_SEEN)

    def _beyond(self, excess: Floats) -> Floats:
        """Return the chance that an excess over the highest peak is larger than this."""
        scaled = np.maximum(excess, 0.0) / self.scale
        if self.shape < _EXPONENTIAL:
            return np.exp(-scaled)
        return np.asarray((1 + self.shape * scaled) ** (-1 / self.shape), dtype=np.float64)


def _cluster_maxima(scores: Floats, seconds: Floats, gap_seconds: float) -> Floats:
    """Return the maxima of runs of scores that lie within `gap_seconds` of each other, descending."""
    if not len(scores):
        return np.empty(0)
    order = np.argsort(seconds, kind="stable")
    starts = np.flatnonzero(np.diff(seconds[order], prepend=-np.inf) > gap_seconds)
    return np.sort(np.maximum.reduceat(scores[order], starts))[::-1]


def _fit_tail(peaks: Floats) -> tuple[float, float]:
    """Return scale and shape of the tail (probability-weighted moments, Hosking and Wallis 1987)."""
    if not len(peaks):
        return 1 / float(np.log(10)), 0.0  # a decade a point: what scores of surprise are made of
    if len(peaks) < _MIN_PEAKS:
        return max(float((peaks - peaks[-1]).mean()), 0.15 * float(peaks[0]), _LEAST_SCALE), 0.0
    upper = peaks[: max(len(peaks) // 2, _MIN_PEAKS)]
    excess = upper - upper[-1]
    mean = max(float(excess.mean()), 0.02 * float(peaks[0]), _LEAST_SCALE)
    weighted = float((excess * np.linspace(0, 1, len(excess))).mean())
    shape = 2 - mean / (mean - 2 * weighted) if mean > 2 * weighted else 0.0
    return mean, float(np.clip(shape, 0.0, _MAX_SHAPE))
