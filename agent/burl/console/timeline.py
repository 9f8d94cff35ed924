"""Geometry of the timeline: grades by service over time, as coordinates of an SVG drawing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from burl.console.views import Document, clock_time, kind_in_words
from burl.decide.times import from_rfc3339, rfc3339

WIDTH, GUTTER, MARGIN = 1200, 120, 12
BAND, LANE, ROW = 24, 22, 46
"""Heights of the faults' band, the incidents' lane, and of each service's row."""
_SECOND_NS = 1_000_000_000
_STEPS_SECONDS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400)
_MAX_TICKS = 12
_MIN_WIDTH = 3


class Fault(NamedTuple):
    """Something known to have happened: an injected fault, a deployment; shown over all services.

    `incident_id` names the incident that found it, empty where none did.
    """

    label: str
    kind: str
    description: str
    services: Sequence[str]
    start_ns: int
    end_ns: int
    incident_id: str = ""


class Box(NamedTuple):
    """A stretch of time: of a fault or of an incident, which `target` is the id of."""

    x: float
    width: float
    label: str
    title: str
    target: str


class Bar(NamedTuple):
    """The worst finding of a service at one place of the time axis."""

    x: int
    height: float
    kind: str
    title: str


class Row(NamedTuple):
    """A service and its findings; `y` is its base line."""

    name: str
    y: int
    bars: list[Bar]


class Tick(NamedTuple):
    """A mark of the time axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the drawing shows, in units of its `viewBox`."""

    faults: list[Box]
    incidents: list[Box]
    rows: list[Row]
    ticks: list[Tick]
    kinds: list[tuple[str, str]]
    """Kinds that occur: as the style sheet and as people name them."""
    height: int
    width: int = WIDTH
    gutter: int = GUTTER


def make_timeline(
    span_ns: tuple[int, int],
    annotations: Sequence[Document],
    incidents: Iterable[Document],
    faults: Iterable[Fault],
) -> Timeline:
    """Lay out findings, incidents and known faults between the two ends of `span_ns`."""
    axis = _Axis(span_ns)
    services = sorted({document["service.name"] for document in annotations})
    top = BAND + LANE
    rows = [
        Row(name, top + ROW * (place + 1), _bars(axis, [d for d in annotations if d["service.name"] == name]))
        for place, name in enumerate(services)
    ]
    kinds = sorted({document["anomaly_kind"] for document in annotations})
    return Timeline(
        faults=[_fault_box(axis, fault) for fault in faults],
        incidents=[_incident_box(axis, incident) for incident in incidents],
        rows=rows,
        ticks=_ticks(axis),
        kinds=[(kind, kind_in_words(kind)) for kind in kinds],
        height=top + ROW * len(rows) + BAND,
    )


class _Axis:
    """Event time -> horizontal place."""

    def __init__(self, span_ns: tuple[int, int]) -> None:
        self.start_ns = span_ns[0]
        self.length_ns = max(span_ns[1] - span_ns[0], _SECOND_NS)

    def x(self, time_ns: int) -> float:
        share = min(max((time_ns - self.start_ns) / self.length_ns, 0.0), 1.0)
        return round(GUTTER + share * (WIDTH - GUTTER - MARGIN), 1)

    def stretch(self, start_ns: int, end_ns: int) -> tuple[float, float]:
        left = self.x(start_ns)
        return left, round(max(self.x(end_ns) - left, _MIN_WIDTH), 1)


def _bars(axis: _Axis, annotations: Iterable[Document]) -> list[Bar]:
    """One bar for each place: however many findings there are, the drawing stays small."""
    worst: dict[int, Document] = {}
    for document in annotations:
        x = int(axis.x(from_rfc3339(document["@timestamp"])))
        if x not in worst or document["anomaly_grade"] > worst[x]["anomaly_grade"]:
            worst[x] = document
    return [
        Bar(
            x, round(3 + document["anomaly_grade"] * (ROW - 9), 1), document["anomaly_kind"], _title(document)
        )
        for x, document in sorted(worst.items())
    ]


def _title(document: Document) -> str:
    time, kind = clock_time(document["@timestamp"]), kind_in_words(document["anomaly_kind"])
    return f"{time} {kind}, grade {document['anomaly_grade']:.2f}: {document['reason'][:200]}"


def _fault_box(axis: _Axis, fault: Fault) -> Box:
    outcome = "found" if fault.incident_id else "not found"
    title = f"Fault {fault.label}, {fault.kind} ({outcome}): {fault.description}"
    return Box(*axis.stretch(fault.start_ns, fault.end_ns), fault.label, title, fault.incident_id)


def _incident_box(axis: _Axis, incident: Document) -> Box:
    start_ns, end_ns = (from_rfc3339(incident[f"data_{end}_time"]) for end in ("start", "end"))
    title = f"Incident at {clock_time(incident['@timestamp'])}: {incident['reason'][:200]}"
    return Box(*axis.stretch(start_ns, end_ns), "", title, incident["incident_id"])


def _ticks(axis: _Axis) -> list[Tick]:
    seconds = axis.length_ns / _SECOND_NS
    step = next((step for step in _STEPS_SECONDS if seconds / step <= _MAX_TICKS), seconds / _MAX_TICKS)
    step_ns = int(step * _SECOND_NS)
    first = -(-axis.start_ns // step_ns) * step_ns
    times = range(first, axis.start_ns + axis.length_ns, step_ns)
    shown = 5 if step >= _STEPS_SECONDS[5] else 8
    return [Tick(axis.x(time), clock_time(rfc3339(time))[:shown]) for time in times]
