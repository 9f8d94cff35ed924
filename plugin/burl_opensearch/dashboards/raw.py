"""The Raw logs page: a line where it stands in the log, narrowed by what a link put into the query."""

from burl_opensearch.dashboards.builders import Panel, SavedObject, dashboard, search
from burl_opensearch.dashboards.charts import bars, count, over_time, text
from burl_opensearch.dashboards.patterns import RAW

_INTRODUCTION = """\
**The raw logs.** The query above holds the uid of a record, or the id of a session. To see the lines around
a record, drag over its bar below, then clear the query.
[Back to the overview](#/view/burl-anomalies-overview)"""
_OURS = ("service.name", "k8s.pod.name", "severity.number", "body", "log.record.template")


def build(logs: SavedObject) -> SavedObject:
    """Return the dashboard; `logs` lists the lines."""
    return dashboard("burl-raw-logs", "[Burl] Raw logs", "Lines as they stand in the log.", panels(logs))


def panels(logs: SavedObject) -> list[Panel]:
    """Return the panels in their places."""
    return [
        Panel(text("burl-raw-logs-text", "[Burl] About the raw logs", _INTRODUCTION), 0, 0, 48, 5),
        Panel(_lines_over_time(), 0, 5, 48, 10),
        Panel(logs, 0, 15, 48, 25),
    ]


def lines(*, ours: bool) -> SavedObject:
    """Return the list of raw logs; of others' logs nobody knows which fields they have."""
    columns = _OURS if ours else ("_source",)
    title = "[Burl] The raw logs of this time"
    return search("burl-raw-log-lines", title, RAW, columns=columns, sort=[["@timestamp", "desc"]])


def _lines_over_time() -> SavedObject:
    return bars("burl-raw-logs-over-time", "[Burl] Lines over time", RAW, [count("Lines"), over_time()])
