"""Groups findings of one namespace that are close in event time into incidents.

An incident's id is a hash of the annotation that opened it, so a replay makes the same ones. It is closed
after a gap without findings or when it lasts too long; incidents are never merged.
"""

from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from typing import Any

from burl.decide.annotation import SCHEMA_VERSION, Incident, document_id
from burl.decide.finding import Finding
from burl.decide.settings import DecideSettings
from burl.decide.times import for_people, rfc3339

_MAX_DISTINCT = 50
"""Services, kinds and detectors that one incident names at most."""
_SUMMARY_CHARACTERS = 300
"""A message is read on a phone; Slack takes 3,000 characters, and a reason may quote two lines of 2,000."""


@dataclass(slots=True)
class _Open:
    """An incident that may still take findings."""

    id: str
    opened_by: str
    namespace: str
    start_ns: int
    end_ns: int
    version: int = 0
    count: int = 0
    grade: float = 0.0
    reason: str = ""
    services: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    detectors: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    closed: bool = False


class Incidents:
    """The incidents that may still take findings; bounded, restorable, deterministic."""

    def __init__(self, settings: DecideSettings) -> None:
        """Args: `settings` give the gap, the longest duration and the bounds."""
        self._gap_ns = int(settings.incident_gap_seconds * 1e9)
        self._max_ns = int(settings.incident_max_seconds * 1e9)
        self._first_lines = settings.incident_first_lines
        self._max_open = settings.max_open_incidents
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._changed: dict[str, _Open] = {}

    def add(self, finding: Finding, opener_id: str) -> str:
        """Put `finding` into the incident it belongs to, opening one where there is none; return its id."""
        incident = self._find(finding) or self._new(finding, opener_id)
        incident.start_ns = min(incident.start_ns, finding.time_ns)
        incident.end_ns = max(incident.end_ns, finding.time_ns)
        incident.count += 1
        if finding.grade > incident.grade:
            incident.grade, incident.reason = finding.grade, finding.explanation.reason
        for counts, value in (
            (incident.services, finding.identity.workload or finding.identity.service),
            (incident.kinds, finding.explanation.kind),
            (incident.detectors, finding.source.detector_id),
            *((incident.sessions, session) for session in finding.session_ids),
        ):
            if value in counts or len(counts) < _MAX_DISTINCT:
                counts[value] = counts.get(value, 0) + 1
        if finding.record is not None and len(incident.lines) < self._first_lines:
            incident.lines.append(finding.record.body[:1024])
        self._changed[incident.id] = incident
        return incident.id

    def advance(self, watermark_ns: int) -> None:
        """Close what has had no finding for the gap, or lasts too long; forget what is past all lateness."""
        for incident in list(self._open.values()):
            if not incident.closed and watermark_ns - incident.end_ns > self._gap_ns:
                incident.closed = True
                self._changed[incident.id] = incident
            if watermark_ns - incident.end_ns > self._max_ns + self._gap_ns:
                del self._open[incident.id]

    def changes(self) -> list[Incident]:
        """Return the incidents that changed since the last call, each with its next version."""
        changed = [self._document(incident) for incident in self._changed.values()]
        self._changed.clear()
        return changed

    def _find(self, finding: Finding) -> _Open | None:
        best: _Open | None = None
        for incident in self._open.values():
            if incident.namespace != finding.namespace:
                continue
            near = incident.start_ns - self._gap_ns <= finding.time_ns <= incident.end_ns + self._gap_ns
            span = max(incident.end_ns, finding.time_ns) - min(incident.start_ns, finding.time_ns)
            if near and span <= self._max_ns:
                best = incident
        return best

    def _new(self, finding: Finding, opener_id: str) -> _Open:
        identifier = document_id("incident", opener_id)
        incident = _Open(identifier, opener_id, finding.namespace, finding.time_ns, finding.time_ns)
        self._open[identifier] = incident
        while len(self._open) > self._max_open:
            _, oldest = self._open.popitem(last=False)
            oldest.closed = True
            self._changed[oldest.id] = oldest
        return incident

    def _document(self, incident: _Open) -> Incident:
        incident.version += 1
        document = {
            "@timestamp": rfc3339(incident.start_ns),
            "data_start_time": rfc3339(incident.start_ns),
            "data_end_time": rfc3339(incident.end_ns),
            "incident_id": incident.id,
            "opened_by": incident.opened_by,
            "state": "closed" if incident.closed else "open",
            "version": incident.version,
            "services": sorted(incident.services, key=lambda name: (-incident.services[name], name)),
            "anomaly_kinds": sorted(incident.kinds),
            "detectors": sorted(incident.detectors),
            "anomaly_grade": round(incident.grade, 6),
            "anomaly_count": incident.count,
            "reason": incident.reason,
            "summary": _cut(incident.reason),
            "since": for_people(incident.start_ns),
            "first_lines": list(incident.lines),
            "event.kind": "alert",
            "schema_version": SCHEMA_VERSION,
        }
        if incident.namespace:
            document["k8s.namespace.name"] = incident.namespace
        if incident.sessions:
            document["session.id"] = list(incident.sessions)
        return Incident(incident.id, incident.version, incident.start_ns, document)

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [asdict(incident) for incident in self._open.values()]

    def restore(self, state: list[Any]) -> None:
        """Continue from `state`."""
        self._open = OrderedDict((row["id"], _Open(**row)) for row in state)


def _cut(text: str) -> str:
    return text if len(text) <= _SUMMARY_CHARACTERS else f"{text[: _SUMMARY_CHARACTERS - 3]}..."
