"""JSON Schemas (draft 2020-12) of Burl's documents, and the tables of docs/annotation.md."""

import json
from importlib.resources import files
from typing import Any

from burl_opensearch.fields import DOCUMENTS, Field

_TIME_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z$"
_JSON_TYPES = {"double": "number", "integer": "integer", "boolean": "boolean"}
_UNIT_INTERVAL = {"anomaly_grade", "p_value", "confidence", "probability"}
_RESOURCE = r"^(service|deployment|k8s|host|container|cloud|log\.file)\."
"""Further resource attributes may be on an annotation; the mapping leaves them unindexed."""


def schema(document: str) -> dict[str, Any]:
    """Return the shipped JSON Schema of `document`, a key of `DOCUMENTS`."""
    text = (files("burl_opensearch") / "schemas" / f"{document}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def build_schema(document: str) -> dict[str, Any]:
    """Build the JSON Schema of `document` from its fields."""
    fields = DOCUMENTS[document]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:burl:{document}:1",
        "title": f"Burl {document.replace('_', ' ')}",
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.required],
        "patternProperties": {_RESOURCE: {"type": "string"}} if document == "annotation" else {},
        "properties": {field.name: _property(field) for field in fields},
    }


def _property(field: Field) -> dict[str, Any]:
    value: dict[str, Any] = {"type": _JSON_TYPES.get(field.kind, "string")}
    if field.kind == "time":
        value["pattern"] = _TIME_PATTERN
    if field.name in _UNIT_INTERVAL:
        value |= {"minimum": 0, "maximum": 1}
    if field.values:
        value["enum"] = list(field.values)
    if field.many:
        value = {"type": "array", "items": value}
    return {"description": field.description, **value}


def build_table(document: str) -> str:
    """Build the Markdown table of `document`'s fields; required ones are bold."""
    rows = [_row(field) for field in DOCUMENTS[document]]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])


def _row(field: Field) -> str:
    name = f"**`{field.name}`**" if field.required else f"`{field.name}`"
    kind = f"{field.kind} array" if field.many else field.kind
    values = f" One of {', '.join(f'`{value}`' for value in field.values)}." if len(field.values) > 1 else ""
    return f"| {name} | {kind} | {field.description}{values} |"
