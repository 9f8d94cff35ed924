"""A self-contained HTML page of what was found: no script, nothing loaded from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from burl.console.text import visible
from burl.console.timeline import Fault, make_timeline
from burl.console.views import Around, Document, clock_time, incident_views
from burl.decide.times import rfc3339

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
    template = _environment().get_template("report.html.jinja")
    return template.render(report=report, incidents=incidents, timeline=timeline)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("burl.console"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock_time"] = clock_time
    environment.filters["time_of_day"] = lambda time_ns: clock_time(rfc3339(time_ns))[:8]
    return environment


def _shown(value: Any) -> Any:
    """Make text visible before it is escaped; what is markup was text of templates."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
