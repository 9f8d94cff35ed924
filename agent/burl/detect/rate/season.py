"""Seasons of a service's total: their length and what they make of an interval."""

from collections import deque
from typing import Any

import numpy as np
import numpy.typing as npt

from burl.detect.rate.config import RateConfig

_MIN_CORRELATION = 0.4
"""Autocorrelation from which a lag counts as a season."""
_SMOOTH = 2
"""Neighbouring phases, on each side, that share their mean."""
_REFRESH = 30
"""Intervals between two looks for a season."""
_LIMITS = (0.2, 5.0)
"""The factor of a phase stays within these."""


def find_season(totals: npt.NDArray[np.float64], longest: int) -> int:
    """Return the season of `totals` in intervals, 0 for none; two whole ones must be there."""
    centred = totals - totals.mean()
    power = np.abs(np.fft.rfft(centred, 2 * len(totals))) ** 2
    raw = np.fft.irfft(power)[: min(len(totals) // 2, longest) + 1]
    if raw[0] <= 0:
        return 0
    correlation = raw / raw[0] * len(totals) / (len(totals) - np.arange(len(raw)))
    negative = np.flatnonzero(correlation < 0)  # nearer lags are correlated because rates change slowly
    if not len(negative):
        return 0
    season = int(negative[0] + correlation[negative[0] :].argmax())
    return season if correlation[season] >= _MIN_CORRELATION else 0


class Season:
    """The factor by which the season of one service raises or lowers its rates, 1.0 where it has none."""

    def __init__(self, config: RateConfig) -> None:
        """Args: `config` says how long a season may be, or is."""
        self._config = config
        longest = max(config.max_season_intervals, config.season_intervals or 0)
        self._totals: deque[int] = deque(maxlen=2 * longest)
        self._next = 0
        self._seen = 0
        self._factors: npt.NDArray[np.float64] = np.ones(1)

    def factor(self, number: int) -> float:
        """Return the factor of interval `number` (its start divided by its length)."""
        return float(self._factors[number % len(self._factors)])

    def add(self, number: int, total: int) -> None:
        """Take the total of interval `number`; a gap in the numbers starts the history anew."""
        if number != self._next and self._totals:
            self._totals.clear()
        self._totals.append(total)
        self._next = number + 1
        self._seen += 1
        if self._seen % _REFRESH == 0:
            self._refresh()

    def _refresh(self) -> None:
        totals = np.fromiter(self._totals, dtype=np.float64)
        season = self._config.season_intervals
        if season is None:
            season = find_season(totals, self._config.max_season_intervals)
        if not season or len(totals) < 2 * season or not totals.any():
            return
        phases = (self._next - len(totals) + np.arange(len(totals))) % season
        sums, counts = np.bincount(phases, totals, season), np.bincount(phases, minlength=season)
        window = min(_SMOOTH, (season - 1) // 2)
        shifts = range(-window, window + 1)
        smooth = sum(np.roll(sums, s) for s in shifts) / sum(np.roll(counts, s) for s in shifts)
        self._factors = np.clip(smooth / totals.mean(), *_LIMITS)

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [list(self._totals), self._next, self._seen, self._factors.tolist()]

    def restore(self, state: list[Any]) -> None:
        """Continue from `state`. Raises TypeError or ValueError on anything else."""
        totals, self._next, self._seen, factors = state
        self._totals.extend(totals)
        self._factors = np.array(factors, dtype=np.float64)
