"""Saved objects of OpenSearch Dashboards: the few kinds that Burl's dashboards are made of.

Only what every supported Dashboards imports and renders: no newer versions, no Timeline, no TSVB.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from burl_opensearch.fields import Field

SavedObject = dict[str, Any]

MIGRATION_VERSIONS = {
    "index-pattern": "7.6.0",
    "search": "7.9.3",
    "dashboard": "7.9.3",
    "visualization": "7.10.0",
}
SOURCE_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index"
_FIELD_TYPES = {
    "keyword": ("string", "keyword"),
    "template": ("string", "keyword"),
    "text": ("string", "text"),
    "opaque": ("string", "text"),
    "time": ("date", "date_nanos"),
    "double": ("number", "double"),
    "integer": ("number", "long"),
    "boolean": ("boolean", "boolean"),
}


def saved_object(
    kind: str, identifier: str, attributes: Mapping[str, Any], references: Sequence[Mapping[str, str]]
) -> SavedObject:
    """Return a saved object with a stable id, so that importing again overwrites it."""
    return {
        "attributes": dict(attributes),
        "id": identifier,
        "migrationVersion": {kind: MIGRATION_VERSIONS[kind]},
        "references": [dict(reference) for reference in references],
        "type": kind,
    }


@dataclass(frozen=True, slots=True)
class Link:
    """Where a click on a field's value leads, and what is shown of it; `{{value}}` stands for the value."""

    address: str
    label: str = "{{value}}"


def index_pattern(
    identifier: str, title: str, fields: Sequence[Field], links: Mapping[str, Link]
) -> SavedObject:
    """Return the index pattern `title` with what its documents hold, and the links of its fields."""
    described = [_described(field) for field in fields]
    formats = {
        name: {"id": "url", "params": {"urlTemplate": link.address, "labelTemplate": link.label}}
        for name, link in links.items()
    }
    attributes = {
        "title": title,
        "timeFieldName": "@timestamp",
        "fields": to_json(described),
        "fieldFormatMap": to_json(formats),
    }
    return saved_object("index-pattern", identifier, attributes, [])


def visualization(
    identifier: str,
    title: str,
    pattern: str,
    *,
    kind: str,
    params: Mapping[str, Any],
    aggs: Sequence[Any],
    query: str = "",
) -> SavedObject:
    """Return a visualization of type `kind` over the index pattern with id `pattern`."""
    numbered = [{"id": str(number), "enabled": True, **agg} for number, agg in enumerate(aggs, start=1)]
    state = {"title": title, "type": kind, "params": dict(params), "aggs": numbered}
    attributes = {
        "title": title,
        "visState": to_json(state),
        "uiStateJSON": "{}",
        "description": "",
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _source(query)},
    }
    return saved_object("visualization", identifier, attributes, [_pattern_reference(pattern)])


def markdown_object(identifier: str, title: str, params: Mapping[str, Any]) -> SavedObject:
    """Return a visualization that shows text and asks nothing."""
    state = {"title": title, "type": "markdown", "params": dict(params), "aggs": []}
    source = to_json({"query": _query(""), "filter": []})
    attributes = {
        "title": title,
        "visState": to_json(state),
        "uiStateJSON": "{}",
        "description": "",
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": source},
    }
    return saved_object("visualization", identifier, attributes, [])


def search(
    identifier: str,
    title: str,
    pattern: str,
    *,
    columns: Sequence[str],
    sort: Sequence[Sequence[str]],
    query: str = "",
) -> SavedObject:
    """Return a saved search that lists `columns` of the index pattern with id `pattern`."""
    attributes = {
        "title": title,
        "description": "",
        "hits": 0,
        "columns": list(columns),
        "sort": [list(pair) for pair in sort],
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _source(query)},
    }
    return saved_object("search", identifier, attributes, [_pattern_reference(pattern)])


@dataclass(frozen=True, slots=True)
class Panel:
    """A saved object's place on a dashboard, in a grid 48 units wide."""

    content: SavedObject
    x: int
    y: int
    width: int
    height: int


def dashboard(identifier: str, title: str, description: str, panels: Sequence[Panel]) -> SavedObject:
    """Return a dashboard of `panels`; it opens on the last 24 hours."""
    attributes = {
        "title": title,
        "description": description,
        "hits": 0,
        "panelsJSON": to_json([_placed(panel, number) for number, panel in enumerate(panels)]),
        "optionsJSON": to_json({"hidePanelTitles": False, "useMargins": True}),
        "timeRestore": True,
        "timeFrom": "now-24h",
        "timeTo": "now",
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": to_json({"query": _query(""), "filter": []})},
    }
    references = [
        {"name": f"panel_{number}", "type": panel.content["type"], "id": panel.content["id"]}
        for number, panel in enumerate(panels)
    ]
    return saved_object("dashboard", identifier, attributes, references)


def ndjson(objects: Sequence[SavedObject]) -> str:
    """Return the file to import: one object a line, keys sorted, the export's summary last."""
    summary = {"exportedCount": len(objects), "missingRefCount": 0, "missingReferences": []}
    return "".join(f"{json.dumps(line, sort_keys=True)}\n" for line in (*objects, summary))


def to_json(value: object) -> str:
    """Return `value` as the JSON *string* that attributes named `...JSON` hold."""
    return json.dumps(value, sort_keys=True)


def _placed(panel: Panel, number: int) -> dict[str, Any]:
    return {
        "panelIndex": str(number),
        "gridData": {"i": str(number), "x": panel.x, "y": panel.y, "w": panel.width, "h": panel.height},
        "panelRefName": f"panel_{number}",
        "embeddableConfig": {},
        "version": "7.9.3",
    }


def _described(field: Field) -> dict[str, Any]:
    kind, mapped = _FIELD_TYPES[field.kind]
    return {
        "name": field.name,
        "type": kind,
        "esTypes": [mapped],
        "count": 0,
        "scripted": False,
        "searchable": field.kind != "opaque",
        "aggregatable": mapped != "text",
        "readFromDocValues": mapped != "text",
    }


def _pattern_reference(pattern: str) -> dict[str, str]:
    return {"name": SOURCE_REFERENCE, "type": "index-pattern", "id": pattern}


def _source(query: str) -> str:
    return to_json({"query": _query(query), "filter": [], "indexRefName": SOURCE_REFERENCE})


def _query(text: str) -> dict[str, str]:
    """Return a query in Lucene's syntax: `queries` can run it as it stands."""
    return {"query": text, "language": "lucene"}
