"""What was seen from each service: how often each template, and so how surprising a rare one is.

The surprise of a template seen n times is -log10 of the share of records whose templates were seen at most
n + 1 times: the Good-Turing estimate of meeting any template that rare (Good, Biometrika 1953). A service
that mints templates all the time is thereby hard to surprise.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from burl.detect.new_template.config import NewTemplateConfig
from burl.window.pairs import pair_of, service_of, template_of

Counts = Mapping[str, int]
"""How often a service wrote each template, by template id."""
COMMON = -1
"""Stands for the time a pair was last seen where the pair is common."""


@dataclass(slots=True)
class Service:
    """Counts of one service.

    Attributes:
        trained: what a bundle brought; None for a service without history.
        records: records that count: those of training and what was rare since; without training all of them,
            up to a limit.
        rare: number of templates by how often they were seen, for small counts only.
        pairs: how many templates of it are remembered.
    """

    trained: Counts | None = None
    records: int = 0
    rare: Counter[int] = field(default_factory=Counter)
    pairs: int = 0

    def surprise(self, count: int) -> float:
        """Return the decades of surprise, >= 0, of meeting a template that was seen `count` times."""
        mass = sum(times * self.rare[times] for times in range(1, count + 2))
        return max(0.0, -math.log10((mass + 1) / (self.records + 2)))


@dataclass(slots=True)
class Pair:
    """A template of a service: how often seen, and when last."""

    count: int = 0
    seen_ns: int = 0


class History:
    """All services, and pairs of service and template as one number; the longest unseen pairs go first."""

    def __init__(self, config: NewTemplateConfig, trained: Callable[[int], Counts | None]) -> None:
        """Args: `trained` returns what a bundle brought of a service, by its index."""
        self._config = config
        self._trained = trained
        self._services: dict[int, Service] = {}
        self._pairs: OrderedDict[int, Pair] = OrderedDict()
        self._holders: Counter[int] = Counter()

    def service(self, service: int) -> Service:
        """Return the counts of a service, those of training when it is met for the first time."""
        entry = self._services.get(service)
        if entry is None:
            trained = self._trained(service)
            counts = list((trained or {}).values())
            rare = Counter(count for count in counts if count <= self._config.rare_count + 1)
            entry = self._services[service] = Service(trained, sum(counts), rare)
        return entry

    def pair(self, pair: int, template_id: str) -> Pair:
        """Return what is known of a pair, and remember it; a new one starts with what training knew."""
        known = self._pairs.get(pair)
        entry = self.service(service_of(pair))
        trained = (entry.trained or {}).get(template_id, 0)
        if known is not None:
            self._pairs.move_to_end(pair)
            known.count = max(known.count, trained)  # a newer bundle may have learnt it since
            return known
        known = self._pairs[pair] = Pair(trained)
        entry.pairs += 1
        self._holders[template_of(pair)] += 1
        if len(self._pairs) > self._config.max_pairs:
            self._forget()
        return known

    def last_seen(self, pairs: Iterable[int]) -> list[int]:
        """Return when each pair was last seen, 0 for never and `COMMON` where it no longer matters.

        New pairs are not remembered yet.
        """
        found, rare_count = [], self._config.rare_count
        for pair in pairs:
            known = self._pairs.get(pair)
            if known is None:
                found.append(0)
                continue
            self._pairs.move_to_end(pair)
            found.append(COMMON if known.count > rare_count else known.seen_ns)
        return found

    def see(self, pair: int, time_ns: int) -> None:
        """Note when a pair that is known was seen."""
        known = self._pairs[pair]
        known.seen_ns = max(known.seen_ns, time_ns)

    def is_common(self, pair: Pair) -> bool:
        """Return True when the pair was seen too often to be rare."""
        return pair.count > self._config.rare_count

    def is_learning(self, service: int) -> bool:
        """Return True while a service without history learns each of its records."""
        entry = self.service(service)
        return entry.trained is None and entry.records < self._config.learning_records

    def is_trained(self, service: int) -> bool:
        """Return True for a service whose counts a bundle brought: what is common adds nothing to them."""
        entry = self._services.get(service)
        return (self._trained(service) if entry is None else entry.trained) is not None

    def count(self, service: int, pair: Pair) -> None:
        """Count one more appearance of a rare pair."""
        entry, most = self.service(service), self._config.rare_count + 1
        if entry.rare[pair.count] > 0:  # one that was forgotten, and trained, may have been taken out before
            entry.rare[pair.count] -= 1
        pair.count += 1
        entry.records += 1
        if pair.count <= most:
            entry.rare[pair.count] += 1

    def pass_common(self, service: int, records: int) -> None:
        """Count records whose templates are common; they matter only where there is no trained history."""
        entry, limit = self.service(service), self._config.memory_records
        if entry.trained is None and entry.records < limit:
            entry.records = min(limit, entry.records + records)

    def elsewhere(self, template: int) -> bool:
        """Return True when more services than one are known to write this template."""
        return self._holders[template] > 1

    def _forget(self) -> None:
        pair, _ = self._pairs.popitem(last=False)
        service, template = service_of(pair), template_of(pair)
        self._holders[template] -= 1
        if not self._holders[template]:
            del self._holders[template]
        self._services[service].pairs -= 1  # what was rare stays counted: the service did mint it
        if not self._services[service].pairs:
            del self._services[service]

    def state(self) -> Any:
        """Return what `restore` needs, as msgpack-able values."""
        services = [[key, entry.records, list(entry.rare.items())] for key, entry in self._services.items()]
        return {
            "services": services,
            "pairs": [
                [service_of(pair), template_of(pair), known.count, known.seen_ns]
                for pair, known in self._pairs.items()
            ],
        }

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        for service, records, rare in state["services"]:
            self._services[service] = Service(self._trained(service), records, Counter(dict(rare)))
        for service, template, count, seen_ns in state["pairs"]:
            self._pairs[pair_of(service, template)] = Pair(count, seen_ns)
            self._holders[template] += 1
            self._services[service].pairs += 1
