"""A self-contained HTML page of what was found: no script, nothing loaded from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from burl.console.rendering import render
from burl.console.timeline import Fault, make_timeline
from burl.console.views import Around, Document, incident_views

__all__ = ["Around", "Fact", "Fault", "Report", "render_report"]


class Fact(NamedTuple):
    """A figure and what it counts."""

    value: str
    label: str


@dataclass(slots=True)
class Report:
    """What a page is made of.

    Attributes:
        title, summary: what was looked at, and what came out, in a sentence.
        span_ns: first and last event time, nanoseconds since the epoch.
        facts: the figures at the top.
        annotations, incidents: documents as docs/annotation.md says; learning ones may be among them.
        faults: what is known to have happened.
        verdicts: what is known of an incident from elsewhere, by `incident_id`.
        around: raw lines around a record by `log.record.uid`, where they are at hand.
        notes: sentences at the foot.
    """

    title: str
    summary: str
    span_ns: tuple[int, int]
    facts: Sequence[Fact]
    annotations: Sequence[Document]
    incidents: Sequence[Document]
    faults: Sequence[Fault] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    around: Mapping[str, Around] = field(default_factory=dict)
    notes: Sequence[str] = ()


def render_report(report: Report) -> str:
    """Return the page."""
    incidents = incident_views(report.incidents, report.annotations, report.verdicts, report.around)
    timeline = make_timeline(report.span_ns, report.annotations, report.incidents, report.faults)
    return render("report.html.jinja", report=report, incidents=incidents, timeline=timeline)
