"""Judges an interval of many series by their history, and learns from it."""

import numpy as np

from burl.detect.rate.config import RateConfig
from burl.detect.rate.rows import TOTAL, Bools, Floats, Odd, Rows, Seen
from burl.detect.rate.tail import burst_surprise, drop_surprise, silence_surprise
from burl.distinct import in_order

_CLIP = 4.0
"""Standard deviations beyond which a count does not move the mean: one fault must not become the rule."""
_WORSE = 2.0
"""A stretch is reported again when its surprise is this many times what was reported."""


def judge(seen: Seen, config: RateConfig) -> list[Odd]:
    """Return what is odd, and learn from all."""
    surprise, is_low = _surprises(seen, config)
    is_odd = surprise >= config.odd_surprise
    is_down = (is_low & is_odd)[seen.totals]
    if is_odd.any():
        _choose_speakers(seen, surprise, is_odd, is_low & is_down[seen.owner])
    odd = _report(seen, surprise, config)
    is_frozen = is_down & (seen.actual[seen.totals] == 0) & (not seen.trusted)
    if not is_frozen.any():
        _learn(seen.rows, seen, config)
        return odd
    # while all of a service is silent, its templates have nothing to say of themselves
    learns = ~is_frozen[seen.owner] | (seen.rows["template"] == TOTAL)
    rows = seen.rows[learns]
    _learn(rows, seen._replace(actual=seen.actual[learns], factors=seen.factors[learns]), config)
    seen.rows[learns] = rows
    return odd


def _choose_speakers(seen: Seen, surprise: Floats, is_odd: Bools, is_hushed: Bools) -> None:
    """Set the surprise to 0 of what others say better: a falling total speaks for its templates."""
    totals = surprise[seen.totals]
    surprise[is_hushed] = 0.0
    surprise[seen.totals] = totals
    is_odd[seen.totals] = False
    told = np.bincount(seen.owner[is_odd & ~is_hushed], minlength=len(totals)) > 0
    surprise[seen.totals[told & ~is_hushed[seen.totals]]] = 0.0


def _surprises(seen: Seen, config: RateConfig) -> tuple[Floats, Bools]:
    """Return the surprise of each series, and where it is for too few events."""
    rows, actual = seen.rows, seen.actual
    mean = np.maximum(rows["mean"] * seen.factors, 0.5 / np.maximum(rows["age"], 1))
    variance = _variance(seen, mean, config)
    is_low = actual < mean
    judged = (rows["age"] >= config.min_intervals) & (np.abs(actual - mean) > np.sqrt(variance))
    judged &= np.where(is_low, mean, actual) >= config.min_count
    surprise = np.zeros(len(rows), dtype=np.float64)
    for row in judged.nonzero()[0].tolist():
        tail = drop_surprise if is_low[row] else burst_surprise
        surprise[row] = tail(int(actual[row]), float(mean[row]), float(variance[row]))
    silent = (actual == 0) & (rows["present"] >= config.min_intervals)
    gaps = silence_surprise(rows["zeros"] + 1, rows["longest"], rows["present"])
    return np.where(silent, np.maximum(surprise, gaps), surprise), is_low


def _variance(seen: Seen, mean: Floats, config: RateConfig) -> Floats:
    # never under Poisson, never steadier than real traffic, and wider while the mean is uncertain
    spread = np.maximum(seen.rows["variance"] * seen.factors**2, mean)
    spread = np.maximum(spread, mean + (config.min_variation * mean) ** 2)
    return np.asarray(spread * (1 + 1 / np.maximum(seen.rows["age"], 1)), dtype=np.float64)


def _report(seen: Seen, surprise: Floats, config: RateConfig) -> list[Odd]:
    rows, odd = seen.rows, []
    over = (rows["since_ns"] > 0) & (surprise < config.odd_surprise / 2)
    rows["since_ns"][over], rows["peak"][over] = 0, 0.0
    found = (surprise >= config.odd_surprise).nonzero()[0]
    # service by service: where a series stands among those of others may be otherwise after a restart
    for row in found[in_order(seen.owner[found])].tolist():
        entry = rows[row]
        is_news = surprise[row] >= _WORSE * entry["peak"]
        entry["since_ns"] = entry["since_ns"] or seen.start_ns
        if is_news:
            entry["peak"] = surprise[row]
        service, template, since_ns = (int(entry[name]) for name in ("service", "template", "since_ns"))
        expected = float(entry["mean"]) * float(seen.factors[row])
        score = float(surprise[row]) if is_news else 0.0
        odd.append(Odd(service, template, since_ns, expected, int(seen.actual[row]), score))
    return odd


def _learn(rows: Rows, seen: Seen, config: RateConfig) -> None:
    came, settled = seen.actual > 0, rows["age"] >= config.min_intervals
    rows["age"] += 1
    weight = 1 / np.minimum(rows["age"], config.memory_intervals)
    value = seen.actual / seen.factors
    reach = _CLIP * np.sqrt(np.maximum(rows["variance"], rows["mean"])) + 1
    clipped = np.minimum(np.maximum(value, rows["mean"] - reach), rows["mean"] + reach)
    error = np.where(settled, clipped, value) - rows["mean"]
    rows["mean"] += weight * error
    rows["variance"] = (1 - weight) * (rows["variance"] + weight * error**2)
    learnt = rows["zeros"] if seen.trusted else np.minimum(rows["zeros"], 2 * rows["longest"] + 1)
    gap = np.where(settled, learnt, rows["zeros"])
    rows["longest"] = np.where(came, np.maximum(rows["longest"], gap), rows["longest"])
    rows["zeros"] = np.where(came, 0, rows["zeros"] + 1)
    rows["present"] = np.minimum(rows["present"] + came, config.memory_intervals)
    rows["last_ns"][came] = seen.start_ns
