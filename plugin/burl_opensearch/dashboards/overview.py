"""The Overview dashboard: what happened, where, and why."""

from importlib.resources import files
from typing import Any

from burl_opensearch.dashboards.builders import (
    Panel,
    SavedObject,
    dashboard,
    index_pattern,
    ndjson,
    search,
    visualization,
)
from burl_opensearch.fields import ANNOTATION, INCIDENT

_ANOMALIES = "burl-anomalies"
_INCIDENTS = "burl-incidents"
_LEARNT = "learning:false"
"""While a service is learnt, every template of it is new: that would fill the page."""


def shipped_overview() -> str:
    """Return the NDJSON file that is shipped."""
    return (files("burl_opensearch") / "dashboards" / "overview.ndjson").read_text(encoding="utf-8")


def build_overview(prefix: str = "burl") -> str:
    """Return the NDJSON of the dashboard and all that it needs, for indices named `prefix`_..."""
    panels = [
        Panel(_incident_count(), 0, 0, 10, 12),
        Panel(_incidents_over_time(), 10, 0, 38, 12),
        Panel(_grades_by_service(), 0, 12, 48, 15),
        Panel(_top_incidents(), 0, 27, 48, 18),
        Panel(_new_templates(), 0, 45, 48, 15),
    ]
    overview = dashboard(
        "burl-anomalies-overview", "[Burl] Anomaly overview", "What is abnormal in the logs, and why.", panels
    )
    patterns = [
        index_pattern(_ANOMALIES, f"{prefix}_anomalies-*", ANNOTATION),
        index_pattern(_INCIDENTS, f"{prefix}_incidents*", INCIDENT),
    ]
    return ndjson([*patterns, *(panel.content for panel in panels), overview])


def _incident_count() -> SavedObject:
    metric = {
        "metric": {
            "colorSchema": "Green to Red",
            "colorsRange": [{"from": 0, "to": 10000}],
            "labels": {"show": True},
            "metricColorMode": "None",
            "percentageMode": False,
            "style": {"bgColor": False, "bgFill": "#000", "fontSize": 60, "labelColor": False, "subText": ""},
            "useRanges": False,
        }
    }
    aggs = [_agg("count", "metric", customLabel="Incidents")]
    params = {"addLegend": False, "addTooltip": True, **metric}
    return visualization(
        "burl-incident-count", "[Burl] Incidents", _INCIDENTS, kind="metric", params=params, aggs=aggs
    )


def _incidents_over_time() -> SavedObject:
    params = {
        "addLegend": True,
        "addTimeMarker": False,
        "addTooltip": True,
        "categoryAxes": [_axis("CategoryAxis-1", "category", "bottom", {"type": "linear"})],
        "grid": {"categoryLines": False},
        "labels": {},
        "legendPosition": "right",
        "seriesParams": [
            {
                "data": {"id": "1", "label": "Incidents"},
                "drawLinesBetweenPoints": True,
                "mode": "stacked",
                "show": True,
                "showCircles": True,
                "type": "histogram",
                "valueAxis": "ValueAxis-1",
            }
        ],
        "times": [],
        "valueAxes": [
            {
                **_axis("ValueAxis-1", "value", "left", {"mode": "normal", "type": "linear"}),
                "name": "LeftAxis-1",
                "title": {"text": "Incidents"},
            }
        ],
    }
    aggs = [
        _agg("count", "metric", customLabel="Incidents"),
        _over_time(),
        _terms("services", "group", size=10, order_by="1"),
    ]
    return visualization(
        "burl-incidents-over-time",
        "[Burl] Incidents over time",
        _INCIDENTS,
        kind="histogram",
        params=params,
        aggs=aggs,
    )


def _grades_by_service() -> SavedObject:
    params = {
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
        "valueAxes": [
            {
                "id": "ValueAxis-1",
                "labels": {"color": "black", "overwriteColor": False, "rotate": 0, "show": False},
                "scale": {"defaultYExtents": False, "type": "linear"},
                "show": False,
                "type": "value",
            }
        ],
    }
    aggs = [
        _agg("max", "metric", field="anomaly_grade", customLabel="Highest grade"),
        _over_time(),
        _terms("service.name", "group", size=20, order_by="1"),
    ]
    return visualization(
        "burl-grades-by-service",
        "[Burl] Highest grade by service",
        _ANOMALIES,
        kind="heatmap",
        params=params,
        aggs=aggs,
        query=_LEARNT,
    )


def _top_incidents() -> SavedObject:
    columns = ["anomaly_grade", "services", "anomaly_kinds", "anomaly_count", "reason", "state"]
    sort = [["anomaly_grade", "desc"], ["@timestamp", "desc"]]
    return search(
        "burl-top-incidents", "[Burl] Top incidents, and why", _INCIDENTS, columns=columns, sort=sort
    )


def _new_templates() -> SavedObject:
    params = {
        "perPage": 10,
        "showMetricsAtAllLevels": False,
        "showPartialRows": False,
        "showTotal": False,
        "sort": {"columnIndex": None, "direction": None},
        "totalFunc": "sum",
    }
    aggs = [
        _agg("max", "metric", field="anomaly_grade", customLabel="Highest grade"),
        _agg("min", "metric", field="@timestamp", customLabel="First seen"),
        _terms("service.name", "bucket", size=20, order_by="1", customLabel="Service"),
        _terms("log.record.template", "bucket", size=20, order_by="1", customLabel="New template"),
    ]
    return visualization(
        "burl-new-templates",
        "[Burl] New templates",
        _ANOMALIES,
        kind="table",
        params=params,
        aggs=aggs,
        query=f"anomaly_kind:new_template AND {_LEARNT}",
    )


def _agg(kind: str, schema: str, **params: Any) -> dict[str, Any]:
    return {"type": kind, "schema": schema, "params": params}


def _over_time() -> dict[str, Any]:
    return _agg(
        "date_histogram",
        "segment",
        field="@timestamp",
        interval="auto",
        useNormalizedOpenSearchInterval=True,
        drop_partials=False,
        min_doc_count=1,
        extended_bounds={},
    )


def _terms(field: str, schema: str, *, size: int, order_by: str, **params: Any) -> dict[str, Any]:
    return _agg(
        "terms",
        schema,
        field=field,
        size=size,
        order="desc",
        orderBy=order_by,
        otherBucket=False,
        missingBucket=False,
        **params,
    )


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
