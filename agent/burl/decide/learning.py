"""Services without history learn first: what is new in them says nothing yet (design.md, decision 9)."""

from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import numpy as np

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
    """Which services are still learning. Costs nothing for those that are not."""

    def __init__(self, known: frozenset[str], name: Callable[[int], str]) -> None:
        """Args: `known` are the keys of services with history; `name` gives the key of a service."""
        self._known, self._name = known, name
        self._learning: dict[int, _Service] = {}
        self._learnt = np.zeros(0, dtype=np.bool_)

    def mark_learnt(self, service: int) -> None:
        """Treat `service` as one with history: a bundle knows it."""
        self._grow(service + 1)
        self._learnt[service] = True
        self._learning.pop(service, None)

    def observe(self, events: Events) -> None:
        """Count the events of services that are still learning."""
        if not len(events):
            return
        self._grow(int(events.services.max()) + 1)
        rows = np.flatnonzero(~self._learnt[events.services])
        for service, template in zip(
            events.services[rows].tolist(), events.templates[rows].tolist(), strict=True
        ):
            if not self._learnt[service]:
                self._observe(service, template)

    def __contains__(self, service: int) -> bool:
        """Return True while `service` is learning."""
        if service < len(self._learnt) and self._learnt[service]:
            return False
        return self._name(service) not in self._known

    def _observe(self, service: int, template: int) -> None:
        entry = self._learning.get(service)
        if entry is None and self._name(service) in self._known:
            self.mark_learnt(service)
            return
        if entry is None:
            entry = self._learning[service] = _Service()
            if len(self._learning) > _MAX_LEARNING:
                self.mark_learnt(next(iter(self._learning)))
        if entry.observe(template):
            self.mark_learnt(service)

    def _grow(self, size: int) -> None:
        if size > len(self._learnt):
            grown = np.zeros(max(size, 2 * len(self._learnt)), dtype=np.bool_)
            grown[: len(self._learnt)] = self._learnt
            self._learnt = grown

    def state(self) -> Any:
        """Return what `restore` needs, as msgpack-able values."""
        learning = [
            [service, list(entry.counts.items()), list(entry.recent), entry.seen]
            for service, entry in self._learning.items()
        ]
        return {"learnt": np.flatnonzero(self._learnt).tolist(), "learning": learning}

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        for service in state["learnt"]:
            self.mark_learnt(service)
        for service, counts, recent, seen in state["learning"]:
            entry = self._learning[service] = _Service()
            entry.counts.update(dict(counts))
            entry.recent.extend(recent)
            entry.seen = seen
