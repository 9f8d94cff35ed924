"""The Templates page: which kinds of lines there are, how often they come, what is new and what is gone."""

from burl_opensearch.dashboards.builders import Panel, SavedObject, dashboard, search
from burl_opensearch.dashboards.charts import (
    bars,
    count,
    heatmap,
    measure,
    metric,
    over_time,
    table,
    terms,
    text,
)
from burl_opensearch.dashboards.patterns import COUNTS, TEMPLATES

_INTRODUCTION = """\
**Kinds of lines** (templates: `<*>` stands where lines of a kind differ). A service whose kinds keep
growing in number is not suited to this view: its lines hold free text.
[Back to the overview](#/view/burl-anomalies-overview)"""


def build() -> SavedObject:
    """Return the dashboard."""
    return dashboard(
        "burl-template-catalogue",
        "[Burl] Templates",
        "Kinds of lines, their counts, new and gone ones.",
        panels(),
    )


def panels() -> list[Panel]:
    """Return the panels in their places."""
    return [
        Panel(text("burl-templates-text", "[Burl] About templates", _INTRODUCTION), 0, 0, 36, 5),
        Panel(_numbers(), 36, 0, 12, 5),
        Panel(_counts_by_service(), 0, 5, 24, 12),
        Panel(_new_over_time(), 24, 5, 24, 12),
        Panel(_frequent(), 0, 17, 48, 15),
        Panel(_over_time(), 0, 32, 48, 15),
        Panel(_gone(), 0, 47, 24, 15),
        Panel(_unsuited(), 24, 47, 24, 15),
        Panel(_samples(), 0, 62, 48, 18),
    ]


def _numbers() -> SavedObject:
    aggs = [measure("cardinality", "log.template.id", "Kinds of lines"), measure("sum", "count", "Lines")]
    return metric("burl-template-numbers", "[Burl] Kinds of lines, and lines", COUNTS, aggs)


def _counts_by_service() -> SavedObject:
    aggs = [measure("sum", "count", "Lines"), over_time(), terms("service.name", "group", size=15)]
    return bars("burl-lines-by-service", "[Burl] Lines over time, by service", COUNTS, aggs)


def _new_over_time() -> SavedObject:
    aggs = [count("First seen"), over_time(), terms("service.name", "group", size=15)]
    return bars("burl-new-over-time", "[Burl] Kinds of lines by when they were first seen", TEMPLATES, aggs)


def _frequent() -> SavedObject:
    aggs = [
        measure("sum", "count", "Lines"),
        measure("min", "@timestamp", "First in this time"),
        measure("max", "@timestamp", "Last in this time"),
        terms("service.name", "bucket", size=20, label="Service"),
        terms("log.record.template", "bucket", size=50, label="Kind of line"),
    ]
    return table("burl-template-table", "[Burl] Kinds of lines, the most frequent first", COUNTS, aggs)


def _over_time() -> SavedObject:
    aggs = [
        measure("sum", "count", "Lines"),
        over_time(),
        terms("log.record.template", "group", size=20, order="asc"),
    ]
    return heatmap("burl-rare-over-time", "[Burl] The rarest kinds of lines over time", COUNTS, aggs)


def _gone() -> SavedObject:
    aggs = [
        measure("max", "last_seen", "Last seen"),
        terms("log.record.template", "bucket", size=20, label="Kind of line", order="asc"),
        terms("service.name", "bucket", size=5, label="Service"),
    ]
    return table("burl-gone-templates", "[Burl] Kinds of lines not seen for longest", TEMPLATES, aggs)


def _unsuited() -> SavedObject:
    aggs = [
        measure("cardinality", "log.template.id", "Kinds of lines met after training"),
        terms("service.name", "bucket", size=20, label="Service"),
    ]
    return table(
        "burl-unsuited-sources",
        "[Burl] Services that keep making new kinds",
        TEMPLATES,
        aggs,
        "trained:false",
    )


def _samples() -> SavedObject:
    return search(
        "burl-template-samples",
        "[Burl] The catalogue, with samples",
        TEMPLATES,
        columns=[
            "service.name",
            "log.template.id",
            "log.record.template",
            "log.record.original",
            "last_seen",
            "trained",
            "name",
            "supersedes",
        ],
        sort=[["@timestamp", "desc"]],
    )
