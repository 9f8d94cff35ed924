"""The catalogue of templates as documents: which there are in each service, and how often each came."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from burl.decide.annotation import SCHEMA_VERSION, CatalogueEntry, document_id
from burl.decide.times import FOREVER_NS, rfc3339
from burl.parse import Catalogue
from burl.receive.batch import StreamTable
from burl.window import Intervals

_SECOND_NS = 1_000_000_000
_REFRESH_NS = 3600 * _SECOND_NS
"""`last_seen` of a template is written again after so much event time."""
_MAX_OPEN = 100_000
_MAX_SAMPLE = 1024
_Key = tuple[int, int, int]
"""Service, template, start of the period in nanoseconds."""


@dataclass(slots=True)
class _Count:
    lines: int
    uid: str
    sample: str
    last_ns: int


class TemplateCounts:
    """Sums the counts of intervals over longer periods, and keeps the catalogue of templates up to date.

    A period is written once its end has passed; what comes later for it is written beside, as another part of
    the same count. The id of a part is that of one of its records, the same after a resend or a restart.
    """

    def __init__(
        self,
        period_seconds: float,
        catalogue: Catalogue,
        streams: StreamTable,
        supersedes: Mapping[str, str] | None = None,
    ) -> None:
        """Start empty.

        Args:
            period_seconds: how much event time a count covers; 0 writes none.
            catalogue: the templates.
            streams: the services.
            supersedes: ids of older templates -> the template that now stands for their lines.
        """
        self._period_ns = int(period_seconds * _SECOND_NS)
        self._catalogue, self._streams = catalogue, streams
        self._older: dict[str, list[str]] = defaultdict(list)
        for old, new in sorted((supersedes or {}).items()):
            self._older[new].append(old)
        self._open: dict[_Key, _Count] = {}
        self._due_ns = 0
        """No period that is open ends before this."""
        self._written: dict[tuple[int, int], int] = {}
        """When the catalogue was last told of a template of a service; forgetting it costs a write."""

    def add(self, intervals: Intervals, watermark_ns: int) -> list[CatalogueEntry]:
        """Count closed intervals; return what is to be written up to `watermark_ns`."""
        if not self._period_ns:
            return []
        length_ns = int(intervals.interval_seconds * _SECOND_NS)
        rows = zip(
            intervals.services.tolist(),
            intervals.templates.tolist(),
            intervals.starts_ns.tolist(),
            intervals.counts.tolist(),
            strict=True,
        )
        for row, (service, template, start_ns, lines) in enumerate(rows):
            key = service, template, start_ns - start_ns % self._period_ns
            count = self._open.get(key)
            if count is None:
                first = intervals.record(row)
                count = self._open[key] = _Count(0, first.uid, first.body[:_MAX_SAMPLE], start_ns)
                self._due_ns = min(self._due_ns, key[2] + self._period_ns)
            count.lines += lines
            count.last_ns = max(count.last_ns, start_ns + length_ns)
        return list(self._due(watermark_ns - length_ns))

    def _due(self, before_ns: int) -> Iterator[CatalogueEntry]:
        everything = len(self._open) > _MAX_OPEN
        if not everything and before_ns < self._due_ns:
            return
        due = [key for key in self._open if everything or key[2] + self._period_ns <= before_ns]
        for key in sorted(due):
            count = self._open.pop(key)
            yield self._counted(key, count)
            if self._is_news(key, count):
                yield self._known(key, count)
        self._due_ns = min((start_ns for _, _, start_ns in self._open), default=FOREVER_NS) + self._period_ns

    def _is_news(self, key: _Key, count: _Count) -> bool:
        pair = key[:2]
        last_ns = self._written.get(pair)
        if last_ns is not None and count.last_ns < last_ns + _REFRESH_NS:
            return False
        if len(self._written) >= _MAX_OPEN:
            self._written.clear()
        self._written[pair] = count.last_ns
        return True

    def _counted(self, key: _Key, count: _Count) -> CatalogueEntry:
        service, template, start_ns = key
        document = self._common(service, template) | {
            "@timestamp": rfc3339(start_ns),
            "data_end_time": rfc3339(start_ns + self._period_ns),
            "count": count.lines,
        }
        identifier = document_id(
            "count", self._streams.service_name(service), self._catalogue[template].id, count.uid
        )
        return CatalogueEntry("template_count", identifier, start_ns, document)

    def _known(self, key: _Key, count: _Count) -> CatalogueEntry:
        service, template, start_ns = key
        document = self._common(service, template) | {
            "@timestamp": rfc3339(start_ns),
            "last_seen": rfc3339(count.last_ns),
            "log.record.original": count.sample,
            "trained": self._catalogue[template].trained,
        }
        if older := self._older.get(self._catalogue[template].id):
            document["supersedes"] = older
        identifier = document_id(
            "template", self._streams.service_name(service), self._catalogue[template].id
        )
        return CatalogueEntry("template", identifier, start_ns, document)

    def _common(self, service: int, template: int) -> dict[str, Any]:
        identity = self._streams.service_identity(service)
        fields = {
            "log.template.id": self._catalogue[template].id,
            "log.record.template": self._catalogue[template].text,
            "service.name": identity.fields.get("service.name") or identity.workload or identity.container,
            "k8s.namespace.name": identity.namespace,
            "k8s.container.name": identity.container,
            "schema_version": SCHEMA_VERSION,
        }
        return {name: value for name, value in fields.items() if value}

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [[*key, c.lines, c.uid, c.sample, c.last_ns] for key, c in self._open.items()]

    def restore(self, state: list[Any]) -> None:
        """Continue from `state`."""
        self._open = {tuple(row[:3]): _Count(*row[3:]) for row in state}
