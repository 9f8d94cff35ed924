"""Finds what Dashboards imports without a word, and then shows as a broken page."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from burl_opensearch.dashboards.builders import MIGRATION_VERSIONS, SOURCE_REFERENCE, SavedObject
from burl_opensearch.dashboards.layout import links, panels
from burl_opensearch.dashboards.visualizations import FIELD_TYPES, problems

Mappings = Mapping[str, Mapping[str, str]]
"""Type of each field in the mapping, by title of the index pattern."""

_WITHOUT_INDEX = {"markdown", "vega"}
_ATTRIBUTES = {
    "index-pattern": {"title", "timeFieldName", "fields", "fieldFormatMap"},
    "visualization": {"title", "visState", "uiStateJSON", "description", "version", "kibanaSavedObjectMeta"},
    "search": {"title", "description", "hits", "columns", "sort", "version", "kibanaSavedObjectMeta"},
    "dashboard": {
        "title",
        "description",
        "hits",
        "panelsJSON",
        "optionsJSON",
        "timeRestore",
        "timeFrom",
        "timeTo",
        "version",
        "kibanaSavedObjectMeta",
    },
}
_JSON_STRINGS = ("visState", "uiStateJSON", "panelsJSON", "optionsJSON", "fields", "fieldFormatMap")
_KEYS = {"attributes", "id", "migrationVersion", "references", "type"}
_WHOLE = "_source"
"""As a column: the whole document."""


def lint(ndjson: str, mappings: Mappings) -> list[str]:
    """Return what is wrong with a file of saved objects, one sentence each; empty when it is sound.

    Args:
        ndjson: the file's text.
        mappings: the mappings of the indices that its index patterns match.
    """
    try:
        lines: list[SavedObject] = [json.loads(line) for line in ndjson.splitlines()]
    except json.JSONDecodeError as error:
        return [f"not JSON lines: {error}"]
    if not lines or "exportedCount" not in lines[-1]:
        return ["the last line is not the export's summary"]
    *objects, summary = lines
    return [*_summary(summary, objects), *_duplicates(objects), *_objects(objects, mappings)]


def _summary(summary: SavedObject, objects: Sequence[SavedObject]) -> Iterator[str]:
    if summary != {"exportedCount": len(objects), "missingRefCount": 0, "missingReferences": []}:
        yield f"the summary says {summary}, but there are {len(objects)} objects"


def _duplicates(objects: Sequence[SavedObject]) -> Iterator[str]:
    seen = set()
    for each in objects:
        key = (each.get("type"), each.get("id"))
        if key in seen:
            yield f"{key[0]} {key[1]} is there twice"
        seen.add(key)


def _objects(objects: Sequence[SavedObject], mappings: Mappings) -> Iterator[str]:
    known = {(each.get("type"), each.get("id")) for each in objects}
    titles = {each.get("id", ""): each.get("attributes", {}).get("title", "") for each in objects}
    patterns = {
        each["id"]: _listed(each, mappings) for each in objects if each.get("type") == "index-pattern"
    }
    for each in objects:
        name = f"{each.get('type')} {each.get('id')}"
        found = list(_shape(each)) or list(_content(each, known, titles, patterns))
        if each.get("type") == "index-pattern" and each["attributes"]["title"] not in mappings:
            found.append(f"no index matches {each['attributes']['title']}")
        yield from (f"{name}: {problem}" for problem in found)


def _listed(pattern: SavedObject, mappings: Mappings) -> Mapping[str, str]:
    """Return the type of each field that an index pattern lets panels use; without a list, it asks."""
    mapping = mappings.get(pattern["attributes"]["title"], {})
    fields = json.loads(pattern["attributes"].get("fields") or "[]")
    listed = {field["name"] for field in fields}
    return {name: kind for name, kind in mapping.items() if name in listed} if listed else mapping


def _shape(each: SavedObject) -> Iterator[str]:
    """Check what makes the import itself fail."""
    kind = str(each.get("type"))
    if kind not in MIGRATION_VERSIONS:
        yield "unknown type of object"
        return
    if set(each) != _KEYS:
        yield f"keys {sorted(set(each) ^ _KEYS)} are missing or too many"
        return
    version = each["migrationVersion"].get(kind, "0")
    if _numbers(version) > _numbers(MIGRATION_VERSIONS[kind]):
        yield f"migrationVersion {version} is newer than {MIGRATION_VERSIONS[kind]}"
    for extra in sorted(set(each["attributes"]) - _ATTRIBUTES[kind]):
        yield f"attribute {extra} is unknown"
    for name in _JSON_STRINGS:
        if name in each["attributes"] and not _is_json_string(each["attributes"][name]):
            yield f"{name} is not a JSON string"


def _content(
    each: SavedObject, known: set[tuple[Any, Any]], titles: Mapping[str, str], patterns: Mappings
) -> Iterator[str]:
    """Check what the import lets pass."""
    for reference in each["references"]:
        if (reference["type"], reference["id"]) not in known:
            yield f"refers to {reference['type']} {reference['id']}, which is not there"
    yield from links(each, {identifier for kind, identifier in known if kind == "dashboard"})
    if each["type"] == "dashboard":
        yield from _panels(each)
        yield from panels(each, titles)
    elif each["type"] != "index-pattern":
        yield from _source(each, patterns)


def _panels(dashboard: SavedObject) -> Iterator[str]:
    names = {reference["name"] for reference in dashboard["references"]}
    for panel in json.loads(dashboard["attributes"]["panelsJSON"]):
        if panel.get("panelRefName") not in names:
            yield f"panel {panel['panelIndex']}: {panel.get('panelRefName')} is not among the references"
        if panel["gridData"]["i"] != panel["panelIndex"]:
            yield f"panel {panel['panelIndex']}: gridData.i is {panel['gridData']['i']}, so it stays blank"


def _source(each: SavedObject, patterns: Mappings) -> Iterator[str]:
    state = json.loads(each["attributes"].get("visState", "{}"))
    if each["type"] == "visualization":
        yield from _visualization(state)
    if state.get("type") in _WITHOUT_INDEX:
        return
    source = json.loads(each["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    reference = {ref["name"]: ref["id"] for ref in each["references"]}.get(SOURCE_REFERENCE)
    if reference is None or source.get("indexRefName") != SOURCE_REFERENCE:
        yield "has no reference to an index pattern"
        return
    yield from _fields(each, state, patterns.get(reference, {}))


def _visualization(state: dict[str, Any]) -> Iterator[str]:
    if not {"title", "type", "params", "aggs"} <= set(state):
        yield "visState lacks title, type, params or aggs"
        return
    yield from problems(state)
    if state["type"] == "vega":
        yield from _vega(state["params"].get("spec", ""))


def _vega(spec: str) -> Iterator[str]:
    try:
        parsed = json.loads(spec)
    except json.JSONDecodeError:
        yield "the Vega spec is not JSON"
        return
    if not {"$schema", "data"} <= set(parsed):
        yield "the Vega spec lacks $schema or data"


def _fields(each: SavedObject, state: dict[str, Any], mapping: Mapping[str, str]) -> Iterator[str]:
    for column in (
        *each["attributes"].get("columns", []),
        *(pair[0] for pair in each["attributes"].get("sort", [])),
    ):
        if column not in mapping and column != _WHOLE:
            yield f"field {column} is not in the mapping, or not in the index pattern"
    for pair in each["attributes"].get("sort", []):
        if mapping.get(pair[0]) == "text":
            yield f"sorts by the text field {pair[0]}"
    for agg in state.get("aggs", []):
        field = agg.get("params", {}).get("field")
        takes = FIELD_TYPES.get(agg.get("type", ""))
        if field is None or takes is None:
            continue
        if field not in mapping:
            yield f"field {field} is not in the mapping, or not in the index pattern"
        elif mapping[field] not in takes:
            yield f"{agg['type']} over {field}, which is a {mapping[field]} field"


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _is_json_string(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
