"""Names of the indices that Burl writes, by *event* time (design.md, decision 4).

The same `_id` must always meet the same index: names therefore depend on the document alone, never on the
wall clock.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from burl.decide.times import DAY_NS, rfc3339

Dated = Literal["anomalies", "dead_letters", "feedback", "logs", "shadow", "template_counts"]
Upserted = Literal["bundles", "incidents", "suppressions", "templates"]


@dataclass(frozen=True, slots=True)
class IndexNames:
    """Names below one `prefix`; `dataset` and `namespace` keep installations apart, as in SS4O."""

    prefix: str = "burl"
    dataset: str = "default"
    namespace: str = "default"

    def dated(self, kind: Dated, time_ns: int) -> str:
        """Return the index of documents that are only ever added: monthly, for logs daily."""
        day = _day(max(time_ns, 0) // DAY_NS)
        period = day if kind == "logs" else day[: len("2026.11")]
        return f"{self.prefix}_{kind}-{self.dataset}-{self.namespace}-{period}"

    def all_dated(self, kind: Dated) -> str:
        """Return the pattern of all months or days of this dataset and namespace."""
        return f"{self.prefix}_{kind}-{self.dataset}-{self.namespace}-*"

    def any_dated(self, kind: Dated) -> str:
        """Return the pattern of all months or days of every dataset and namespace."""
        return f"{self.prefix}_{kind}-*-*-*"

    def empty(self, kind: Dated) -> str:
        """Return the index that is made when installing and stays empty: there is always one to look at."""
        return f"{self.prefix}_{kind}-v1"

    def alias(self, kind: Upserted) -> str:
        """Return the alias through which documents are upserted by id."""
        return f"{self.prefix}_{kind}"

    def template(self, kind: Dated | Upserted) -> str:
        """Return the name of the index template that maps these indices."""
        return f"{self.prefix}_{kind}_template"


@lru_cache(maxsize=64)
def _day(day: int) -> str:
    return rfc3339(day * DAY_NS)[: len("2026-11-22")].replace("-", ".")
