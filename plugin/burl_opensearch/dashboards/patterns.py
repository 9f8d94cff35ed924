"""Index patterns: what there is to look at, and where a click on an id leads."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from burl_opensearch.dashboards.builders import Link, SavedObject, index_pattern
from burl_opensearch.fields import ANNOTATION, INCIDENT, LOG, TEMPLATE, TEMPLATE_COUNT, VERDICT, Field

ANOMALIES = "burl-anomalies"
INCIDENTS = "burl-incidents"
TEMPLATES = "burl-templates"
COUNTS = "burl-template-counts"
VERDICTS = "burl-feedback"
RAW = "burl-raw-logs"

LEARNT = "learning:false"
"""While a service is learnt, every template of it is new: that would fill the page."""

_VALUE = "%22{{value}}%22"
_QUERIES = {
    # Whatever is no finding passes: raw logs know nothing of incidents.
    "incident_id": ("burl-incident", f"incident_id:{_VALUE} OR (*:* NOT event.kind:alert)"),
    "log.template.id": ("burl-template-catalogue", f"log.template.id:{_VALUE}"),
    "log.record.uid": ("burl-raw-logs", f"log.record.uid:{_VALUE} OR log_record_uid:{_VALUE}"),
    "session.id": ("burl-raw-logs", _VALUE),
}
"""Where a click on a value leads: a dashboard, and the query that narrows it."""
_JUDGED = ("anomaly_id", "opened_by")
"""Ids of findings: a click on one leads to where a verdict is given."""


def build_patterns(prefix: str, raw_index: str, console_url: str) -> list[SavedObject]:
    """Return the index patterns of indices named `prefix`_..., and of the raw logs."""
    links = {field: Link(_dashboard(*target)) for field, target in _QUERIES.items()}
    judge = Link(f"{console_url.rstrip('/')}/findings/{{{{value}}}}", "give a verdict")
    links |= dict.fromkeys(_JUDGED, judge)
    described = {
        ANOMALIES: (f"{prefix}_anomalies-*", ANNOTATION),
        INCIDENTS: (f"{prefix}_incidents*", INCIDENT),
        TEMPLATES: (f"{prefix}_templates*", TEMPLATE),
        COUNTS: (f"{prefix}_template_counts-*", TEMPLATE_COUNT),
        VERDICTS: (f"{prefix}_feedback-*", VERDICT),
        # Without fields, Dashboards asks the index for them when the pattern is first used.
        RAW: (raw_index, ()) if raw_index else (f"{prefix}_logs-*", LOG),
    }
    return [
        index_pattern(identifier, title, fields, _of(fields, links))
        for identifier, (title, fields) in described.items()
    ]


def _of(fields: Sequence[Field], links: Mapping[str, Link]) -> dict[str, Link]:
    return {field.name: links[field.name] for field in fields if field.name in links}


def incident_link(url: str, prefix: str, incident_id: str) -> str:
    """Return the address of an incident in the Dashboards at `url`; its id may be Mustache for one.

    Brackets and quotes are encoded: programs that look for addresses in a text end them there.
    """
    page, query = _QUERIES["incident_id"]
    known, narrowed = (quote(state, safe=":,*") for state in _states(query.replace(_VALUE, '"incident"')))
    filled = narrowed.replace(quote('"incident"'), quote('"') + incident_id + quote('"'))
    return f"{url.rstrip('/')}/app/dashboards#/view/{page.replace('burl', prefix, 1)}?_g={known}&_a={filled}"


def _dashboard(identifier: str, query: str) -> str:
    """Return the address of a dashboard narrowed by a query in Lucene's syntax."""
    known, narrowed = _states(query.replace(" ", "%20"))
    return f"../app/dashboards#/view/{identifier}?_g={known}&_a={narrowed}"


def _states(query: str) -> tuple[str, str]:
    """Return the time and the query as Dashboards keeps them in addresses (rison)."""
    return "(time:(from:now-30d,to:now))", f"(query:(language:lucene,query:'{query}'))"
