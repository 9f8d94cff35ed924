"""The Incident page: everything of one incident, narrowed by the id that a link put into the query."""

from burl_opensearch.dashboards.builders import Panel, SavedObject, dashboard, search
from burl_opensearch.dashboards.charts import bars, count, measure, metric, over_time, table, terms, text
from burl_opensearch.dashboards.patterns import ANOMALIES, COUNTS, INCIDENTS

_INTRODUCTION = """\
**One incident.** The query above holds its id; without one, all findings are here. *Expected* is what the
model took for normal, *context* the lines before. *give a verdict* leads to the console. Drag over the bars
to narrow the time: what all services wrote beside it and the raw logs at the bottom follow.
[Back to the overview](#/view/burl-anomalies-overview)"""


def build(logs: SavedObject) -> SavedObject:
    """Return the dashboard; `logs` lists the raw logs."""
    return dashboard("burl-incident", "[Burl] Incident", "Everything of one incident.", panels(logs))


def panels(logs: SavedObject) -> list[Panel]:
    """Return the panels in their places."""
    return [
        Panel(text("burl-incident-text", "[Burl] About this incident", _INTRODUCTION), 0, 0, 36, 6),
        Panel(_numbers(), 36, 0, 12, 6),
        Panel(_headline(), 0, 6, 48, 10),
        Panel(_findings(), 0, 16, 24, 12),
        Panel(_neighbours(), 24, 16, 24, 12),
        Panel(_lines(), 0, 28, 48, 20),
        Panel(_expected(), 0, 48, 48, 15),
        Panel(_counts(), 0, 63, 48, 14),
        Panel(logs, 0, 77, 48, 18),
    ]


def _numbers() -> SavedObject:
    aggs = [count("Findings"), measure("max", "anomaly_grade", "Highest grade")]
    return metric("burl-incident-numbers", "[Burl] Findings and their grade", ANOMALIES, aggs)


def _headline() -> SavedObject:
    return search(
        "burl-incident-headline",
        "[Burl] What happened",
        INCIDENTS,
        columns=["reason", "services", "anomaly_grade", "data_end_time", "first_lines", "opened_by"],
        sort=[["@timestamp", "desc"]],
    )


def _findings() -> SavedObject:
    aggs = [count("Findings"), over_time(), terms("service.name", "group", size=15)]
    return bars("burl-incident-findings", "[Burl] Findings in time, by service", ANOMALIES, aggs)


def _neighbours() -> SavedObject:
    """Return what else went on: counts are no findings, so the incident's id does not narrow them."""
    aggs = [measure("sum", "count", "Lines"), over_time(), terms("service.name", "group", size=15)]
    return bars("burl-incident-neighbours", "[Burl] All lines of that time, by service", COUNTS, aggs)


def _lines() -> SavedObject:
    return search(
        "burl-incident-lines",
        "[Burl] The lines, with their context",
        ANOMALIES,
        columns=[
            "service.name",
            "anomaly_grade",
            "reason",
            "log.record.original",
            "context",
            "log.record.uid",
            "anomaly_id",
        ],
        sort=[["@timestamp", "asc"]],
    )


def _expected() -> SavedObject:
    return search(
        "burl-incident-expected",
        "[Burl] Expected, and what came",
        ANOMALIES,
        columns=[
            "service.name",
            "expected_templates",
            "log.record.template",
            "log.template.id",
            "nearest_template",
            "session.id",
        ],
        sort=[["anomaly_grade", "desc"]],
        query="_exists_:expected_templates OR _exists_:nearest_template",
    )


def _counts() -> SavedObject:
    aggs = [
        measure("avg", "expected_value", "Expected"),
        measure("avg", "actual_value", "Came"),
        terms("service.name", "bucket", size=20, label="Service", order_by="2"),
        terms("log.record.template", "bucket", size=10, label="Kind of line", order_by="2"),
    ]
    query = "anomaly_kind:(rate OR silence)"
    return table("burl-incident-counts", "[Burl] Counts: expected, and what came", ANOMALIES, aggs, query)
