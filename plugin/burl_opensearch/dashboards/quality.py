"""The Quality page: can the findings be trusted?"""

from burl_opensearch.dashboards.builders import Panel, SavedObject, dashboard, search
from burl_opensearch.dashboards.charts import (
    bars,
    count,
    heatmap,
    measure,
    metric,
    over_time,
    steps,
    table,
    terms,
    text,
)
from burl_opensearch.dashboards.patterns import ANOMALIES, LEARNT, VERDICTS

_INTRODUCTION = """\
**Can the findings be trusted?** Verdicts are what people said about them. A detector whose verdicts are
mostly *false* wants a smaller budget or a new training.
[Back to the overview](#/view/burl-anomalies-overview)"""


def build() -> SavedObject:
    """Return the dashboard."""
    return dashboard("burl-quality", "[Burl] Quality of findings", "Verdicts, grades, versions.", panels())


def panels() -> list[Panel]:
    """Return the panels in their places."""
    return [
        Panel(text("burl-quality-text", "[Burl] About quality", _INTRODUCTION), 0, 0, 36, 5),
        Panel(_verdict_count(), 36, 0, 12, 5),
        Panel(_verdicts_over_time(), 0, 5, 24, 12),
        Panel(_precision(), 24, 5, 24, 12),
        Panel(_grades(), 0, 17, 24, 14),
        Panel(_findings_by_detector(), 24, 17, 24, 14),
        Panel(_versions(), 0, 31, 24, 14),
        Panel(_learning(), 24, 31, 24, 14),
        Panel(_verdicts(), 0, 45, 48, 15),
    ]


def _verdict_count() -> SavedObject:
    return metric("burl-verdict-count", "[Burl] Verdicts given", VERDICTS, [count("Verdicts")])


def _verdicts_over_time() -> SavedObject:
    aggs = [count("Verdicts"), over_time(), terms("verdict", "group", size=10)]
    return bars("burl-verdicts-over-time", "[Burl] Verdicts over time", VERDICTS, aggs)


def _precision() -> SavedObject:
    aggs = [
        count("Verdicts"),
        terms("detector_id", "bucket", size=20, label="Detector"),
        terms("verdict", "bucket", size=5, label="Verdict"),
    ]
    return table("burl-precision", "[Burl] What people said, by detector", VERDICTS, aggs)


def _grades() -> SavedObject:
    aggs = [count("Findings"), over_time(), steps("anomaly_grade", "group", 0.1)]
    return heatmap("burl-grade-distribution", "[Burl] Grades over time", ANOMALIES, aggs, LEARNT)


def _findings_by_detector() -> SavedObject:
    aggs = [count("Findings"), over_time(), terms("detector_id", "group", size=20)]
    return bars(
        "burl-findings-by-detector", "[Burl] Findings over time, by detector", ANOMALIES, aggs, LEARNT
    )


def _versions() -> SavedObject:
    aggs = [
        count("Findings"),
        measure("max", "@timestamp", "Latest"),
        terms("model_version", "bucket", size=20, label="Bundle"),
        terms("detector_id", "bucket", size=20, label="Detector"),
    ]
    return table("burl-versions", "[Burl] Bundles at work", ANOMALIES, aggs)


def _learning() -> SavedObject:
    aggs = [
        count("Findings while learning"),
        measure("max", "@timestamp", "Latest"),
        terms("service.name", "bucket", size=20, label="Service"),
    ]
    return table("burl-learning", "[Burl] Services still being learnt", ANOMALIES, aggs, "learning:true")


def _verdicts() -> SavedObject:
    return search(
        "burl-verdict-list",
        "[Burl] The verdicts",
        VERDICTS,
        columns=["verdict", "detector_id", "service.name", "incident_id", "anomaly_id"],
        sort=[["@timestamp", "desc"]],
    )
