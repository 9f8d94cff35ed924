"""Services without history learn first: what is new in them says nothing yet (design.md, decision 9)."""

from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from burl.decide.times import FOREVER_NS
from burl.window import Events

_RECORDS = 1_000
"""Records to see at least, and the stretch whose share of once-seen templates decides."""
_ONCE_SHARE = 0.01
_JUDGE_EVERY = 100
_MAX_LEARNING = 10_000
"""Services that may learn at once; beyond it the oldest counts as learnt."""


class _Service:
    __slots__ = ("counts", "recent", "seen")

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.recent: deque[int] = deque(maxlen=_RECORDS)
        self.seen = 0

    def observe(self, template: int) -> bool:
        """Take one event; return True when the service has learnt enough."""
        self.counts[template] += 1
        self.recent.append(template)
        self.seen += 1
        if self.seen < _RECORDS or self.seen % _JUDGE_EVERY:
            return False
        once = sum(self.counts[known] == 1 for known in self.recent)
        return once < _ONCE_SHARE * len(self.recent)


class Learning:
    """Until which event time services were learning. Costs nothing for those that are not.

    By event time, so that it does not matter how records are cut into batches.
    """

    def __init__(self, known: frozenset[str], name: Callable[[int], str]) -> None:
        """Args: `known` are the keys of services with history; `name` gives the key of a service."""
        self._known, self._name = known, name
        self._learning: dict[int, _Service] = {}
        self._learnt_ns = np.zeros(0, dtype=np.int64)  # of each service; FOREVER_NS until it has learnt

    def observe(self, events: Events) -> None:
        """Count the events of services that are still learning."""
        if not len(events):
            return
        self._grow(int(events.services.max()) + 1)
        rows = np.flatnonzero(self._learnt_ns[events.services] == FOREVER_NS)
        columns = (events.services[rows], events.templates[rows], events.times_ns[rows])
        for service, template, time_ns in zip(*(column.tolist() for column in columns), strict=True):
            if self._learnt_ns[service] == FOREVER_NS:
                self._observe(service, template, time_ns)

    def at(self, service: int, time_ns: int) -> bool:
        """Return True when `service` was still learning at this event time."""
        if service < len(self._learnt_ns) and self._learnt_ns[service] != FOREVER_NS:
            return time_ns < int(self._learnt_ns[service])
        return self._name(service) not in self._known

    def services(self) -> list[str]:
        """Return the keys of the services that are learning."""
        return [self._name(service) for service in self._learning]

    def _observe(self, service: int, template: int, time_ns: int) -> None:
        entry = self._learning.get(service)
        if entry is None:
            if self._name(service) in self._known:
                self._learnt_ns[service] = 0
                return
            entry = self._learning[service] = _Service()
            if len(self._learning) > _MAX_LEARNING:
                self._end(next(iter(self._learning)), time_ns)
        if entry.observe(template):
            self._end(service, time_ns)

    def _end(self, service: int, time_ns: int) -> None:
        self._learnt_ns[service] = time_ns
        del self._learning[service]

    def _grow(self, size: int) -> None:
        if size > len(self._learnt_ns):
            grown = np.full(max(size, 2 * len(self._learnt_ns)), FOREVER_NS, dtype=np.int64)
            grown[: len(self._learnt_ns)] = self._learnt_ns
            self._learnt_ns = grown

    def state(self) -> Any:
        """Return what `restore` needs, as msgpack-able values."""
        learning = [
            [service, list(entry.counts.items()), list(entry.recent), entry.seen]
            for service, entry in self._learning.items()
        ]
        return {"learnt_ns": self._learnt_ns.tolist(), "learning": learning}

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        self._learnt_ns = np.asarray(state["learnt_ns"], dtype=np.int64)
        for service, counts, recent, seen in state["learning"]:
            entry = self._learning[service] = _Service()
            entry.counts.update(dict(counts))
            entry.recent.extend(recent)
            entry.seen = seen
