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
from burl_opensearch.dashboards.patterns import ANOMALIES, COUNTS, LEARNT, VERDICTS

_INTRODUCTION = """\
**Can the findings be trusted?** Verdicts are what people said about them. A detector whose findings are
mostly called *normal* wants a smaller budget or a new training.
[Back to the overview](#/view/burl-anomalies-overview)"""
_SAID = "verdict:(anomaly OR normal OR missed)"
_STEPS = "verdict:(retrain OR challenge OR promote OR rollback)"


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
        Panel(_agents(), 0, 31, 24, 14),
        Panel(_learning(), 24, 31, 24, 14),
        Panel(_lines_by_agent(), 0, 45, 24, 12),
        Panel(_lag(), 24, 45, 24, 12),
        Panel(_verdicts(), 0, 57, 48, 15),
        Panel(_steps(), 0, 72, 48, 12),
    ]


def _verdict_count() -> SavedObject:
    return metric("burl-verdict-count", "[Burl] Verdicts given", VERDICTS, [count("Verdicts")], _SAID)


def _verdicts_over_time() -> SavedObject:
    aggs = [count("Verdicts"), over_time(), terms("verdict", "group", size=10)]
    return bars("burl-verdicts-over-time", "[Burl] Verdicts over time", VERDICTS, aggs, _SAID)


def _precision() -> SavedObject:
    aggs = [
        count("Verdicts"),
        terms("detector_id", "bucket", size=20, label="Detector"),
        terms("verdict", "bucket", size=5, label="Verdict"),
    ]
    return table("burl-precision", "[Burl] What people said, by detector", VERDICTS, aggs, _SAID)


def _grades() -> SavedObject:
    aggs = [count("Findings"), over_time(), steps("anomaly_grade", "group", 0.1)]
    return heatmap("burl-grade-distribution", "[Burl] Grades over time", ANOMALIES, aggs, LEARNT)


def _findings_by_detector() -> SavedObject:
    aggs = [count("Findings"), over_time(), terms("detector_id", "group", size=20)]
    return bars(
        "burl-findings-by-detector", "[Burl] Findings over time, by detector", ANOMALIES, aggs, LEARNT
    )


def _agents() -> SavedObject:
    aggs = [
        count("Findings"),
        measure("max", "@timestamp", "Latest"),
        terms("burl.agent", "bucket", size=50, label="Agent"),
        terms("model_version", "bucket", size=5, label="Bundle"),
    ]
    return table("burl-agents", "[Burl] Agents, and the bundles they run", ANOMALIES, aggs)


def _learning() -> SavedObject:
    aggs = [
        count("Findings"),
        measure("max", "@timestamp", "Latest"),
        terms("service.name", "bucket", size=20, label="Service"),
        terms("learning", "bucket", size=2, label="Still being learnt"),
    ]
    return table("burl-learning", "[Burl] Services, learnt and being learnt", ANOMALIES, aggs)


def _lines_by_agent() -> SavedObject:
    aggs = [measure("sum", "count", "Lines"), over_time(), terms("burl.agent", "group", size=20)]
    return bars("burl-lines-by-agent", "[Burl] Lines that agents read", COUNTS, aggs)


def _lag() -> SavedObject:
    aggs = [
        measure("max", "burl.lag_seconds", "Seconds"),
        over_time(),
        terms("burl.agent", "group", size=20),
    ]
    return bars("burl-lag", "[Burl] How far agents are behind the logs", COUNTS, aggs)


def _verdicts() -> SavedObject:
    return search(
        "burl-verdict-list",
        "[Burl] The verdicts",
        VERDICTS,
        columns=[
            "verdict",
            "user.name",
            "service.name",
            "log.record.template",
            "detector_id",
            "note",
            "incident_id",
        ],
        sort=[["@timestamp", "desc"]],
        query=_SAID,
    )


def _steps() -> SavedObject:
    return search(
        "burl-training-steps",
        "[Burl] Trainings and promotions",
        VERDICTS,
        columns=[
            "verdict",
            "bundle.version",
            "bundle.before",
            "training.lines",
            "training.templates",
            "training.seconds",
            "user.name",
        ],
        sort=[["@timestamp", "desc"]],
        query=_STEPS,
    )
