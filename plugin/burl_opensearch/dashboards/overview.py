"""The Overview: what happened, where, and why."""

from burl_opensearch.dashboards.builders import Panel, SavedObject, dashboard, search
from burl_opensearch.dashboards.charts import (
    bars,
    count,
    heatmap,
    measure,
    metric,
    over_time,
    pie,
    table,
    terms,
    text,
)
from burl_opensearch.dashboards.patterns import ANOMALIES, INCIDENTS, LEARNT, TEMPLATES

_INTRODUCTION = """\
**What is abnormal in the logs, and why.** A click on an incident's id opens it: its lines, what was expected,
what happened beside it; *give a verdict* leads to the console. More:
[Templates](#/view/burl-template-catalogue) · [Quality of the findings](#/view/burl-quality) ·
[Raw logs](#/view/burl-raw-logs)"""


def build() -> SavedObject:
    """Return the dashboard; its panels are `panels`."""
    return dashboard(
        "burl-anomalies-overview",
        "[Burl] Anomaly overview",
        "What is abnormal in the logs, and why.",
        panels(),
    )


def panels() -> list[Panel]:
    """Return the panels in their places."""
    return [
        Panel(text("burl-overview-text", "[Burl] About this page", _INTRODUCTION), 0, 0, 38, 5),
        Panel(_incident_count(), 38, 0, 10, 5),
        Panel(_incidents("burl-incidents-over-time", "service", "services"), 0, 5, 24, 12),
        Panel(_incidents("burl-incidents-by-kind", "kind", "anomaly_kinds"), 24, 5, 24, 12),
        Panel(_grades_by_service(), 0, 17, 48, 15),
        Panel(_top_incidents(), 0, 32, 48, 18),
        Panel(_new_templates(), 0, 50, 30, 15),
        Panel(_by_detector(), 30, 50, 18, 15),
        Panel(_since_deployments(), 0, 65, 48, 15),
        Panel(_silent_services(), 0, 80, 48, 12),
    ]


def _incident_count() -> SavedObject:
    return metric("burl-incident-count", "[Burl] Incidents", INCIDENTS, [count("Incidents")])


def _incidents(identifier: str, by: str, field: str) -> SavedObject:
    aggs = [count("Incidents"), over_time(), terms(field, "group", size=10)]
    return bars(identifier, f"[Burl] Incidents over time, by {by}", INCIDENTS, aggs)


def _grades_by_service() -> SavedObject:
    aggs = [
        measure("max", "anomaly_grade", "Highest grade"),
        over_time(),
        terms("service.name", "group", size=20),
    ]
    return heatmap("burl-grades-by-service", "[Burl] Highest grade by service", ANOMALIES, aggs, LEARNT)


def _top_incidents() -> SavedObject:
    return search(
        "burl-top-incidents",
        "[Burl] Top incidents, and why",
        INCIDENTS,
        columns=[
            "anomaly_grade",
            "services",
            "reason",
            "anomaly_kinds",
            "anomaly_count",
            "state",
            "incident_id",
            "opened_by",
        ],
        sort=[["anomaly_grade", "desc"], ["@timestamp", "desc"]],
    )


def _new_templates() -> SavedObject:
    aggs = [
        measure("min", "@timestamp", "First seen"),
        measure("max", "last_seen", "Last seen"),
        terms("service.name", "bucket", size=20, label="Service"),
        terms("log.record.template", "bucket", size=20, label="New kind of line"),
    ]
    return table("burl-new-templates", "[Burl] Kinds of lines seen first in this time", TEMPLATES, aggs)


def _since_deployments() -> SavedObject:
    aggs = [
        count("Lines"),
        measure("min", "@timestamp", "First seen"),
        terms("service.name", "bucket", size=10, label="Service"),
        terms("deployment.version", "bucket", size=3, label="Version"),
        terms("log.record.template", "bucket", size=20, label="New kind of line"),
    ]
    title = "[Burl] What deployments brought"
    return table("burl-since-deployments", title, ANOMALIES, aggs, "new_since_deploy:true")


def _by_detector() -> SavedObject:
    aggs = [count("Findings"), terms("detector_id", "segment", size=20)]
    return pie("burl-by-detector", "[Burl] Findings by detector", ANOMALIES, aggs, LEARNT)


def _silent_services() -> SavedObject:
    """Return a list, as only the reason says whether one kind of line stopped or all of a service."""
    return search(
        "burl-silent-services",
        "[Burl] Silent services, and lines that stopped coming",
        ANOMALIES,
        columns=["service.name", "reason", "anomaly_grade", "log.template.id", "incident_id"],
        sort=[["@timestamp", "desc"]],
        query="anomaly_kind:silence",
    )
