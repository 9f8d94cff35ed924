"""The series of all services: of each its total, and each of its templates.

An interval is judged for all services at once: that takes as long as for one of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from burl.detect.rate.config import RateConfig
from burl.detect.rate.judging import judge
from burl.detect.rate.rows import ROW, SAVED, TOTAL, Bools, Counts, Floats, Odd, Rows, Seen
from burl.detect.rate.season import Season
from burl.distinct import distinct
from burl.receive.batch import Ints
from burl.window.pairs import pair_of, service_of, template_of

_NO_KEY = np.iinfo(np.int64).max
"""Above the keys of all series."""


class SeriesTable:
    """Judges one interval after the other, and learns from it."""

    def __init__(self, config: RateConfig) -> None:
        """Start without services."""
        self._config = config
        self._seasons: dict[int, Season] = {}
        self._put(np.zeros(0, dtype=ROW))

    def __contains__(self, service: int) -> bool:
        """Return whether `service` is known."""
        return service in self._seasons

    def services(self) -> list[int]:
        """Return the services that are known."""
        return list(self._seasons)

    def open(self, saved: Mapping[int, Any]) -> None:
        """Begin with new services, each with what `state` gave of it, or with None.

        Raises TypeError or ValueError on anything else.
        """
        rows = [self._rows]
        for service, state in saved.items():
            season = self._seasons[service] = Season(self._config)
            learnt = [(TOTAL, *[0] * (len(SAVED) - 1))]
            if state is not None:
                learnt, season_state = state
                season.restore(season_state)
            rows.append(np.array([(*row, service) for row in learnt], dtype=ROW))
        self._put(np.concatenate(rows))

    def step(self, start_ns: int, number: int, closed: Ints, came: Counts, *, trusted: bool) -> list[Odd]:
        """Judge and learn the counts of the interval `number` that starts at `start_ns`.

        Args:
            start_ns: when it began.
            number: its start divided by its length.
            closed: the services that it is closed for, known ones, rising.
            came: what came in it; of other services, too.
            trusted: what is known to be normal teaches any silence at once: what runs every night rests all
                day.
        """
        last = max(self._rows["service"].max(), came.services.max(initial=0))
        is_closed = np.zeros(last + 1, dtype=np.bool_)
        is_closed[closed] = True
        came = Counts(*(column[is_closed[came.services]] for column in came))
        found = self._add(_keys(came.services, came.templates))
        actual = np.zeros(len(self._rows), dtype=np.int64)
        actual[found] = came.counts
        at = is_closed[self._rows["service"]].nonzero()[0]
        seasons = [self._seasons[service] for service in closed.tolist()]
        factors = np.array([season.factor(number) for season in seasons])
        seen = self._seen(at, closed, actual[at], factors, start_ns, trusted=trusted)
        odd = judge(seen, self._config)
        if seen.rows is not self._rows:
            self._rows[at] = seen.rows
        for season, total in zip(seasons, seen.actual[seen.totals].tolist(), strict=True):
            season.add(number, total)
        return odd

    def _seen(
        self, at: Ints, closed: Ints, actual: Ints, factors: Floats, start_ns: int, *, trusted: bool
    ) -> Seen:
        """Return what an interval says of the rows `at`: all of `closed`, whose seasons say `factors`.

        Of each row `actual` events came; the totals are filled in.
        """
        # to copy records to and fro takes numpy as long as all that is worked out about them
        rows = self._rows if len(at) == len(self._rows) else self._rows[at]
        owner = closed.searchsorted(rows["service"])
        totals = at.searchsorted(self._find(_keys(closed, np.full(len(closed), TOTAL))))
        actual[totals] = np.bincount(owner, actual)
        return Seen(rows, owner, totals, actual, factors[owner], start_ns, trusted)

    def most_frequent(self, service: int) -> int:
        """Return the template of `service` with the highest mean, or -1."""
        rows = self._rows[self._rows["service"] == service][1:]
        return int(rows["template"][rows["mean"].argmax()]) if len(rows) else TOTAL

    def forget(self) -> None:
        """Drop series that were silent too long, then the longest silent ones beyond the limit."""
        rest = np.maximum(self._config.memory_intervals, 2 * self._rows["longest"])
        self._keep(self._rows["zeros"] < rest)
        excess = len(self._rows) - self._config.max_series
        if excess > 0:
            last_ns = self._rows["last_ns"]
            self._keep(last_ns > np.partition(last_ns, excess - 1)[excess - 1])

    def settle(self) -> None:
        """End all stretches and gaps: what comes next comes after a pause of unknown length."""
        for name in ("zeros", "since_ns", "peak", "last_ns"):
            self._rows[name] = 0

    def state(self, service: int) -> list[Any]:
        """Return what `open` needs, as msgpack-able values; the total is the first of the rows."""
        rows = self._rows[self._rows["service"] == service]
        return [[list(row)[:-1] for row in rows.tolist()], self._seasons[service].state()]

    def _add(self, keys: Ints) -> Ints:
        """Begin series of services that are known; those that are there stay. Return the row of each."""
        found = self._find(keys)
        if not (found < 0).any():
            return found
        born = distinct(keys[found < 0])
        rows = np.zeros(len(born), dtype=ROW)
        rows["service"], rows["template"] = service_of(born), template_of(born) - 1
        self._put(np.concatenate([self._rows, rows]))
        return self._find(keys)

    def _keep(self, kept: Bools) -> None:
        """Forget the rows where `kept` is False; totals stay."""
        kept |= self._rows["template"] == TOTAL
        if not kept.all():
            self._put(self._rows[kept])

    def _put(self, rows: Rows) -> None:
        self._rows = rows
        keys = _keys(rows["service"], rows["template"])
        self._order = np.append(keys.argsort(), -1)
        self._sorted = np.append(keys, _NO_KEY)[self._order]

    def _find(self, keys: Ints) -> Ints:
        """Return the row of each key, -1 where there is none."""
        at = self._sorted.searchsorted(keys)
        return np.where(self._sorted[at] == keys, self._order[at], -1)


def renamed(state: Sequence[Any], templates: Sequence[int]) -> list[Any]:
    """Return the state of a service with other templates, -1 for what is to be left out; the total stays."""
    rows, season = state
    named = [[template, *row[1:]] for template, row in zip(templates, rows[1:], strict=True) if template >= 0]
    return [[rows[0], *named], season]


def _keys(services: Ints, templates: Ints) -> Ints:
    return pair_of(services, templates + 1)
