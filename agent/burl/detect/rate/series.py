"""The series of one service: its total, and each of its templates."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from burl.detect.rate.config import RateConfig
from burl.detect.rate.season import Season
from burl.detect.rate.tail import burst_surprise, drop_surprise, silence_surprise

TOTAL = -1
"""Stands for all templates of a service together."""

ROW = np.dtype(
    [
        ("template", np.int64),
        ("age", np.int64),  # intervals since it was first seen
        ("present", np.int64),  # of these with an event in them, forgotten like the mean
        ("mean", np.float64),
        ("variance", np.float64),
        ("zeros", np.int64),  # intervals without an event until now
        ("longest", np.int64),  # most of these in a row
        ("since_ns", np.int64),  # start of the odd stretch it is in, 0 for none
        ("peak", np.float64),  # highest surprise of that stretch that was reported
        ("last_ns", np.int64),  # start of the last interval with an event
    ]
)
_CLIP = 4.0
"""Standard deviations beyond which a count does not move the mean: one fault must not become the rule."""
_WORSE = 2.0
"""A stretch is reported again when its surprise is this many times what was reported."""


class Odd(NamedTuple):
    """An interval of a series that is odd: `score` is 0 while it only goes on as reported."""

    template: int
    since_ns: int
    expected: float
    actual: int
    score: float


class ServiceSeries:
    """Judges one interval after the other, and learns from it."""

    def __init__(self, config: RateConfig) -> None:
        """Start with the total alone, never judged before its history is long enough."""
        self._config = config
        self.season = Season(config)
        self.rows = np.zeros(0, dtype=ROW)
        self._index: dict[int, int] = {}
        self._add([TOTAL])

    def step(
        self, start_ns: int, number: int, counts: Mapping[int, int], *, trusted: bool = False
    ) -> list[Odd]:
        """Judge and learn the counts by template of the interval `number` that starts at `start_ns`.

        What is `trusted` to be normal teaches any silence at once: what runs every night rests all day.
        """
        self._add([template for template in counts if template not in self._index])
        actual = np.zeros(len(self.rows), dtype=np.int64)
        actual[[self._index[template] for template in counts]] = list(counts.values())
        actual[0] = sum(counts.values())
        factor = self.season.factor(number)
        surprise, is_low = self._surprises(actual, factor)
        is_down = bool(is_low[0]) and surprise[0] >= self._config.odd_surprise
        if is_down:  # one finding for the service, none for each of its templates
            surprise[1:][is_low[1:]] = 0.0
        elif (surprise[1:] >= self._config.odd_surprise).any():  # the templates say it better
            surprise[0] = 0.0
        odd = self._report(surprise, actual, factor, start_ns)
        frozen = is_down and not actual[0] and not trusted
        self._learn(actual, factor, start_ns, frozen=frozen, trusted=trusted)
        self.season.add(number, int(actual[0]))
        return odd

    def most_frequent(self) -> int:
        """Return the template with the highest mean, or -1."""
        return int(self.rows["template"][1:][self.rows["mean"][1:].argmax()]) if len(self.rows) > 1 else TOTAL

    def rename(self, templates: list[int]) -> None:
        """Give the rows other template indexes, in order; -1 forgets a row, but for the total."""
        self.rows["template"] = templates
        self._index = {template: row for row, template in enumerate(templates)}
        self.keep(self.rows["template"] >= 0)

    def settle(self) -> None:
        """End all stretches and gaps: what comes next comes after a pause of unknown length."""
        for name in ("zeros", "since_ns", "peak", "last_ns"):
            self.rows[name] = 0

    def keep(self, kept: npt.NDArray[np.bool_]) -> None:
        """Forget the rows where `kept` is False; the total stays."""
        kept[0] = True
        if kept.all():
            return
        self.rows = self.rows[kept]
        self._index = {template: row for row, template in enumerate(self.rows["template"].tolist())}

    def _add(self, templates: list[int]) -> None:
        if templates:
            born = np.zeros(len(templates), dtype=ROW)
            born["template"] = templates
            self._index |= {template: len(self.rows) + i for i, template in enumerate(templates)}
            self.rows = np.concatenate([self.rows, born])

    def _surprises(
        self, actual: npt.NDArray[np.int64], factor: float
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Return the surprise of each row, and where it is for too few events."""
        rows, config = self.rows, self._config
        surprise = np.zeros(len(rows), dtype=np.float64)
        mean = np.maximum(rows["mean"] * factor, 0.5 / np.maximum(rows["age"], 1))
        variance = self._variance(mean, factor)
        is_low = actual < mean
        judged = (rows["age"] >= config.min_intervals) & (np.abs(actual - mean) > np.sqrt(variance))
        judged &= np.where(is_low, mean, actual) >= config.min_count
        for row in np.flatnonzero(judged).tolist():
            tail = drop_surprise if is_low[row] else burst_surprise
            surprise[row] = tail(int(actual[row]), float(mean[row]), float(variance[row]))
        silent = (actual == 0) & (rows["present"] >= config.min_intervals)
        gaps = silence_surprise(rows["zeros"] + 1, rows["longest"], rows["present"])
        return np.where(silent, np.maximum(surprise, gaps), surprise), is_low

    def _variance(self, mean: npt.NDArray[np.float64], factor: float) -> npt.NDArray[np.float64]:
        # never under Poisson, never steadier than real traffic, and wider while the mean is uncertain
        spread = np.maximum(self.rows["variance"] * factor**2, mean)
        spread = np.maximum(spread, mean + (self._config.min_variation * mean) ** 2)
        return np.asarray(spread * (1 + 1 / np.maximum(self.rows["age"], 1)), dtype=np.float64)

    def _report(
        self,
        surprise: npt.NDArray[np.float64],
        actual: npt.NDArray[np.int64],
        factor: float,
        start_ns: int,
    ) -> list[Odd]:
        rows, odd = self.rows, []
        over = (rows["since_ns"] > 0) & (surprise < self._config.odd_surprise / 2)
        rows["since_ns"][over], rows["peak"][over] = 0, 0.0
        for row in np.flatnonzero(surprise >= self._config.odd_surprise).tolist():
            is_news = surprise[row] >= _WORSE * rows["peak"][row]
            if not rows["since_ns"][row]:
                rows["since_ns"][row] = start_ns
            if is_news:
                rows["peak"][row] = surprise[row]
            entry = rows[row]
            expected = float(entry["mean"]) * factor
            score = float(surprise[row]) if is_news else 0.0
            odd.append(Odd(int(entry["template"]), int(entry["since_ns"]), expected, int(actual[row]), score))
        return odd

    def _learn(
        self, actual: npt.NDArray[np.int64], factor: float, start_ns: int, *, frozen: bool, trusted: bool
    ) -> None:
        # while all of a service is silent, its templates have nothing to say of themselves
        learners = slice(0, 1 if frozen else None)
        rows, came = self.rows[learners], actual[learners] > 0
        settled = rows["age"] >= self._config.min_intervals
        rows["age"] += 1
        weight = 1 / np.minimum(rows["age"], self._config.memory_intervals)
        value = actual[learners] / factor
        reach = _CLIP * np.sqrt(np.maximum(rows["variance"], rows["mean"])) + 1
        clipped = np.clip(value, rows["mean"] - reach, rows["mean"] + reach)
        error = np.where(settled, clipped, value) - rows["mean"]
        rows["mean"] += weight * error
        rows["variance"] = (1 - weight) * (rows["variance"] + weight * error**2)
        learnt = rows["zeros"] if trusted else np.minimum(rows["zeros"], 2 * rows["longest"] + 1)
        gap = np.where(settled, learnt, rows["zeros"])
        rows["longest"] = np.where(came, np.maximum(rows["longest"], gap), rows["longest"])
        rows["zeros"] = np.where(came, 0, rows["zeros"] + 1)
        rows["present"] = np.minimum(rows["present"] + came, self._config.memory_intervals)
        rows["last_ns"][came] = start_ns
        self.rows[learners] = rows

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [[list(row) for row in self.rows.tolist()], self.season.state()]

    def restore(self, state: list[Any]) -> None:
        """Continue from `state`. Raises TypeError or ValueError on anything else."""
        rows, season = state
        self.rows = np.array([tuple(row) for row in rows], dtype=ROW)
        self._index = {template: row for row, template in enumerate(self.rows["template"].tolist())}
        self.season.restore(season)
