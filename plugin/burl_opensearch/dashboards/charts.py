"""The charts of Burl's dashboards: each a visualization with everything that Dashboards wants to be told."""

from typing import Any

from burl_opensearch.dashboards.builders import SavedObject, markdown_object, visualization

Agg = dict[str, Any]
_POINTS = 24
"""Size of a number: larger ones are cut off in a panel five rows high."""


def count(label: str) -> Agg:
    """Count documents."""
    return _agg("count", "metric", customLabel=label)


def measure(kind: str, field: str, label: str) -> Agg:
    """Aggregate a numeric field or a time: `kind` is max, min, sum, avg or cardinality."""
    return _agg(kind, "metric", field=field, customLabel=label)


def over_time() -> Agg:
    """Cut the time axis as fits the range that is looked at."""
    return _agg(
        "date_histogram",
        "segment",
        field="@timestamp",
        interval="auto",
        useNormalizedOpenSearchInterval=True,
        drop_partials=False,
        scaleMetricValues=False,
        min_doc_count=1,
        extended_bounds={},
    )


def terms(
    field: str, schema: str, *, size: int, label: str = "", order_by: str = "1", order: str = "desc"
) -> Agg:
    """Group by a keyword; `schema` is segment, group or bucket; `order_by` the number of a metric."""
    named = {"customLabel": label} if label else {}
    return _agg(
        "terms",
        schema,
        field=field,
        size=size,
        order=order,
        orderBy=order_by,
        otherBucket=False,
        otherBucketLabel="Other",
        missingBucket=False,
        missingBucketLabel="Missing",
        **named,
    )


def steps(field: str, schema: str, interval: float) -> Agg:
    """Group by a number in steps of `interval`."""
    return _agg("histogram", schema, field=field, interval=interval, min_doc_count=True, extended_bounds={})


def metric(identifier: str, title: str, pattern: str, aggs: list[Agg], query: str = "") -> SavedObject:
    """Return large numbers."""
    style = {"bgColor": False, "bgFill": "#000", "fontSize": _POINTS, "labelColor": False, "subText": ""}
    params = {
        "type": "metric",
        "addLegend": False,
        "addTooltip": True,
        "metric": {
            "colorSchema": "Green to Red",
            "colorsRange": [{"from": 0, "to": 10000}],
            "invertColors": False,
            "labels": {"show": True},
            "metricColorMode": "None",
            "percentageMode": False,
            "style": style,
            "useRanges": False,
        },
    }
    return visualization(identifier, title, pattern, kind="metric", params=params, aggs=aggs, query=query)


def bars(identifier: str, title: str, pattern: str, aggs: list[Agg], query: str = "") -> SavedObject:
    """Return stacked bars; the first of `aggs` is the measure."""
    label = aggs[0]["params"]["customLabel"]
    series = {
        "data": {"id": "1", "label": label},
        "drawLinesBetweenPoints": True,
        "lineWidth": 2,
        "mode": "stacked",
        "show": True,
        "showCircles": True,
        "type": "histogram",
        "valueAxis": "ValueAxis-1",
    }
    left = {"name": "LeftAxis-1", "title": {"text": label}}
    params = {
        "type": "histogram",
        "addLegend": True,
        "addTimeMarker": False,
        "addTooltip": True,
        "categoryAxes": [_axis("CategoryAxis-1", "category", "bottom", {"type": "linear"})],
        "grid": {"categoryLines": False},
        "labels": {"show": False},
        "legendPosition": "right",
        "seriesParams": [series],
        "thresholdLine": {"show": False, "value": 10, "width": 1, "style": "full", "color": "#E7664C"},
        "times": [],
        "valueAxes": [_axis("ValueAxis-1", "value", "left", {"mode": "normal", "type": "linear"}) | left],
    }
    return visualization(identifier, title, pattern, kind="histogram", params=params, aggs=aggs, query=query)


def heatmap(identifier: str, title: str, pattern: str, aggs: list[Agg], query: str = "") -> SavedObject:
    """Return a field of colours, the darker the more."""
    axis = {
        "id": "ValueAxis-1",
        "labels": {"color": "black", "overwriteColor": False, "rotate": 0, "show": False},
        "scale": {"defaultYExtents": False, "type": "linear"},
        "show": False,
        "type": "value",
    }
    params = {
        "type": "heatmap",
        "addLegend": True,
        "addTooltip": True,
        "colorSchema": "Reds",
        "colorsNumber": 5,
        "colorsRange": [],
        "enableHover": False,
        "invertColors": False,
        "legendPosition": "right",
        "percentageMode": False,
        "setColorRange": False,
        "times": [],
        "valueAxes": [axis],
    }
    return visualization(identifier, title, pattern, kind="heatmap", params=params, aggs=aggs, query=query)


def pie(identifier: str, title: str, pattern: str, aggs: list[Agg], query: str = "") -> SavedObject:
    """Return a ring of shares."""
    params = {
        "type": "pie",
        "addLegend": True,
        "addTooltip": True,
        "isDonut": True,
        "labels": {"last_level": True, "show": False, "truncate": 100, "values": True},
        "legendPosition": "right",
    }
    return visualization(identifier, title, pattern, kind="pie", params=params, aggs=aggs, query=query)


def table(identifier: str, title: str, pattern: str, aggs: list[Agg], query: str = "") -> SavedObject:
    """Return a table: metrics first in `aggs`, then what its rows are grouped by."""
    params = {
        "perPage": 10,
        "percentageCol": "",
        "showMetricsAtAllLevels": False,
        "showPartialRows": False,
        "showTotal": False,
        "sort": {"columnIndex": None, "direction": None},
        "totalFunc": "sum",
    }
    return visualization(identifier, title, pattern, kind="table", params=params, aggs=aggs, query=query)


def text(identifier: str, title: str, markdown: str) -> SavedObject:
    """Return a panel of Markdown."""
    return markdown_object(
        identifier, title, {"markdown": markdown, "fontSize": 12, "openLinksInNewTab": False}
    )


def _agg(kind: str, schema: str, **params: Any) -> Agg:
    return {"type": kind, "schema": schema, "params": params}


def _axis(identifier: str, kind: str, position: str, scale: dict[str, str]) -> dict[str, Any]:
    return {
        "id": identifier,
        "labels": {"filter": kind == "category", "rotate": 0, "show": True, "truncate": 100},
        "position": position,
        "scale": scale,
        "show": True,
        "style": {},
        "title": {},
        "type": kind,
    }
