"""What each type of visualization takes, by the definitions of Dashboards 2.x and 3.x; what it gets wrong.

Dashboards imports what does not fit without a word, and draws nothing, or half of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

State = Mapping[str, Any]

_NUMBERS = frozenset({"byte", "double", "float", "half_float", "integer", "long", "scaled_float", "short"})
_DATES = frozenset({"date", "date_nanos"})
FIELD_TYPES: dict[str, frozenset[str] | None] = {
    "count": None,
    "filters": None,
    "avg": _NUMBERS,
    "sum": _NUMBERS,
    "histogram": _NUMBERS,
    "min": _NUMBERS | _DATES,
    "max": _NUMBERS | _DATES,
    "date_histogram": _DATES,
    "cardinality": _NUMBERS | _DATES | {"keyword", "boolean"},
    "terms": _NUMBERS | _DATES | {"keyword", "boolean"},
}
"""Aggregations, and the types of field that each takes; None: it takes no field."""
_METRICS = frozenset({"count", "avg", "sum", "min", "max", "cardinality"})
_BUCKETS = frozenset({"terms", "date_histogram", "histogram", "filters"})
_MAX_HEATMAP_ROWS = 50
"""Dashboards' default of `visualization:heatmap:maxBuckets`."""
_ORDERS = {"_key", "_count"}


@dataclass(frozen=True, slots=True)
class _Schema:
    """A place for aggregations: which, and how many."""

    takes: frozenset[str]
    least: int = 0
    most: float = 1


_SERIES = {
    "metric": _Schema(_METRICS, 1, inf),
    "segment": _Schema(_BUCKETS),
    "group": _Schema(_BUCKETS, 0, 3),
    "split": _Schema(_BUCKETS),
}
_SCHEMAS: dict[str, dict[str, _Schema]] = {
    "area": _SERIES,
    "line": _SERIES,
    "histogram": _SERIES,
    "horizontal_bar": _SERIES,
    "pie": {
        "metric": _Schema(frozenset({"count", "sum", "cardinality"}), 1),
        "segment": _Schema(_BUCKETS, 0, inf),
        "split": _Schema(_BUCKETS),
    },
    "heatmap": {
        "metric": _Schema(_METRICS, 1),
        "segment": _Schema(_BUCKETS),
        "group": _Schema(_BUCKETS),
        "split": _Schema(_BUCKETS),
    },
    "table": {
        "metric": _Schema(_METRICS, 1, inf),
        "bucket": _Schema(_BUCKETS, 0, inf),
        "split": _Schema(_BUCKETS),
    },
    "metric": {"metric": _Schema(_METRICS, 1, inf), "group": _Schema(_BUCKETS)},
    "tagcloud": {"metric": _Schema(_METRICS, 1), "segment": _Schema(frozenset({"terms"}))},
    "markdown": {},
    "vega": {},
}
TYPES = frozenset(_SCHEMAS)
"""Types that were seen to render; `histogram` is the vertical bar. Timeline and TSVB fail."""

_LEGEND = {"addLegend", "addTooltip", "legendPosition"}
_AXES = {"categoryAxes", "grid", "labels", "seriesParams", "thresholdLine", "times", "type", "valueAxes"}
_COLOURS = {"colorSchema", "colorsNumber", "colorsRange", "invertColors", "percentageMode", "setColorRange"}
_TABLE = {"perPage", "percentageCol", "showMetricsAtAllLevels", "showPartialRows", "showTotal", "totalFunc"}
_PARAMS: dict[str, set[str]] = {
    "histogram": _LEGEND | _AXES | {"addTimeMarker"},
    "pie": _LEGEND | {"isDonut", "labels", "type"},
    "heatmap": _LEGEND | _COLOURS | {"enableHover", "times", "type", "valueAxes"},
    "table": {
        "perPage",
        "percentageCol",
        "showMetricsAtAllLevels",
        "showPartialRows",
        "showTotal",
        "totalFunc",
    },
    "metric": {"addLegend", "addTooltip", "metric", "type"},
    "markdown": {"fontSize", "markdown", "openLinksInNewTab"},
}
"""What the definition of a type has a default for: a saved object does not get the defaults."""


def problems(state: State) -> Iterator[str]:
    """Yield what is wrong with a `visState`, one sentence each."""
    kind, aggs = state["type"], state["aggs"]
    if kind not in TYPES:
        yield f"visualization type {kind} does not render"
        return
    for missing in sorted(_PARAMS.get(kind, set()) - set(state["params"])):
        yield f"params lack {missing}"
    yield from _places(_SCHEMAS[kind], aggs)
    yield from _orders(aggs)
    yield from _series(state["params"], aggs)
    if kind == "heatmap":
        yield from _rows(aggs)


def _places(schemas: Mapping[str, _Schema], aggs: Sequence[State]) -> Iterator[str]:
    for agg in aggs:
        kind, schema = agg.get("type"), schemas.get(agg.get("schema", ""))
        if kind not in FIELD_TYPES:
            yield f"unknown aggregation {kind}"
        elif schema is None:
            yield f"there is no place {agg.get('schema')} for aggregation {agg.get('id')}"
        elif kind not in schema.takes:
            yield f"{agg['schema']} takes no {kind}"
    for name, schema in schemas.items():
        count = sum(agg.get("schema") == name for agg in aggs)
        if not schema.least <= count <= schema.most:
            yield f"{count} aggregations in {name}, {schema.least} to {schema.most} are possible"


def _orders(aggs: Sequence[State]) -> Iterator[str]:
    identifiers = [agg.get("id") for agg in aggs]
    if len(set(identifiers)) < len(identifiers):
        yield "two aggregations have the same id"
    metrics = {agg.get("id") for agg in aggs if agg.get("type") in _METRICS}
    for agg in aggs:
        by = agg.get("params", {}).get("orderBy")
        if by is not None and by not in metrics | _ORDERS:
            yield f"aggregation {agg.get('id')} is ordered by {by}, which is no metric"


def _rows(aggs: Sequence[State]) -> Iterator[str]:
    for agg in aggs:
        size = agg.get("params", {}).get("size", 0)
        if agg.get("schema") == "group" and size > _MAX_HEATMAP_ROWS:
            yield f"a heatmap of {size} rows shows an error beyond {_MAX_HEATMAP_ROWS}"


def _series(params: State, aggs: Sequence[State]) -> Iterator[str]:
    """Check that series of a chart with axes name a metric and an axis that are there."""
    metrics = {agg.get("id") for agg in aggs if agg.get("schema") == "metric"}
    axes = {axis["id"] for axis in params.get("valueAxes", [])}
    for series in params.get("seriesParams", []):
        if series["data"]["id"] not in metrics:
            yield f"a series shows aggregation {series['data']['id']}, which is no metric"
        if series["valueAxis"] not in axes:
            yield f"a series stands on axis {series['valueAxis']}, which is not there"
