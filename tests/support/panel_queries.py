"""The query behind each panel of a dashboard: it can be run where there is no Dashboards."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from burl_opensearch.dashboards.builders import SavedObject

_BUCKETS = {"terms", "date_histogram", "histogram"}


@dataclass(frozen=True, slots=True)
class PanelQuery:
    """What a panel asks: `POST index/_search` with `body`."""

    panel: str
    index: str
    body: dict[str, Any]


def panel_queries(objects: Sequence[SavedObject]) -> list[PanelQuery]:
    """Return the query of every visualization and saved search among `objects` (parsed NDJSON lines)."""
    titles = {
        each["id"]: each["attributes"]["title"] for each in objects if each.get("type") == "index-pattern"
    }
    return [
        PanelQuery(each["id"], titles[each["references"][0]["id"]], _body(each))
        for each in objects
        if each.get("type") in {"visualization", "search"} and each["references"]
    ]


def _body(panel: SavedObject) -> dict[str, Any]:
    attributes = panel["attributes"]
    source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
    body: dict[str, Any] = {"query": _query(source["query"]["query"])}
    if panel["type"] == "search":
        return body | {
            "_source": attributes["columns"],
            "sort": [dict([pair]) for pair in attributes["sort"]],
        }
    return body | {"size": 0, "aggs": _aggregations(json.loads(attributes["visState"])["aggs"])}


def _query(text: str) -> dict[str, Any]:
    return {"query_string": {"query": text}} if text else {"match_all": {}}


def _aggregations(aggs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Nest buckets in their order, metrics on every level, as Dashboards does."""
    metrics = {
        agg["id"]: {agg["type"]: {"field": agg["params"]["field"]}}
        for agg in aggs
        if agg["type"] not in _BUCKETS and agg["type"] != "count"
    }
    nested: dict[str, Any] = dict(metrics)
    for agg in reversed([agg for agg in aggs if agg["type"] in _BUCKETS]):
        inner = {"aggs": nested} if nested else {}
        nested = metrics | {agg["id"]: {**_bucket(agg, metrics), **inner}}
    return nested


def _bucket(agg: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    params = agg["params"]
    if agg["type"] == "date_histogram":
        return {"date_histogram": {"field": params["field"], "fixed_interval": "1h", "min_doc_count": 1}}
    if agg["type"] == "histogram":
        return {"histogram": {"field": params["field"], "interval": params["interval"], "min_doc_count": 1}}
    by = params["orderBy"] if params["orderBy"] in metrics else "_count"
    order = {by: params["order"]}
    return {"terms": {"field": params["field"], "size": params["size"], "order": order}}
