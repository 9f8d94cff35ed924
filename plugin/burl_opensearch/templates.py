"""Index templates, built from the fields; installed by `platform`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from burl.decide.annotation import SCHEMA_VERSION
from burl.write.names import Dated, IndexNames, Upserted
from burl_opensearch.fields import (
    ALIASES,
    ANNOTATION,
    DEAD_LETTER,
    INCIDENT,
    LOG,
    SHADOW,
    TEMPLATE,
    TEMPLATE_COUNT,
    VERDICT,
    Field,
)
from burl_opensearch.stamp import stamp

PRIORITY = 950
"""Above SS4O's 900, so that no general template gets hold of our indices."""

_TYPES: dict[str, dict[str, Any]] = {
    "keyword": {"type": "keyword", "ignore_above": 1024},
    "template": {"type": "keyword", "ignore_above": 4096},
    "text": {"type": "text"},
    "opaque": {"type": "text", "index": False},
    "time": {"type": "date_nanos"},
    "double": {"type": "double"},
    "integer": {"type": "long"},
    "boolean": {"type": "boolean"},
}
_DATED: dict[Dated, tuple[Field, ...]] = {
    "anomalies": ANNOTATION,
    "dead_letters": DEAD_LETTER,
    "feedback": VERDICT,
    "logs": LOG,
    "shadow": SHADOW,
    "template_counts": TEMPLATE_COUNT,
}
_BUNDLES = {
    "dynamic": False,
    "properties": {
        "@timestamp": {"type": "date_nanos"},
        "kind": {"type": "keyword"},
        "version": {"type": "keyword"},
        "manifest": {"type": "text", "index": False},
        "chunks": {"type": "object", "enabled": False},
        "data": {"type": "binary"},
        "aliases": {"type": "object", "enabled": False},
    },
}
"""Documents of three kinds: `bundle`, `chunk` of a file, `aliases` (burl.bundle.opensearch)."""
_SUPPRESSIONS = {
    "dynamic": False,
    "properties": {
        "version": {"type": "long"},
        "suppressions": {"type": "object", "enabled": False},
    },
}


@dataclass(frozen=True, slots=True)
class Templates:
    """Bodies by name; index templates refer to components."""

    components: Mapping[str, dict[str, Any]]
    indices: Mapping[str, dict[str, Any]]


def build_templates(names: IndexNames) -> Templates:
    """Return all templates below `names.prefix`."""
    prefix = names.prefix
    components = {
        f"{prefix}_common_settings": _component(
            {"settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}
        ),
        f"{prefix}_common_mappings": _component({"mappings": {"dynamic": False}}),
    }
    mappings: dict[Dated | Upserted, dict[str, Any]] = {
        **{kind: mapping(fields) for kind, fields in _DATED.items()},
        "bundles": _BUNDLES,
        "incidents": mapping(INCIDENT),
        "suppressions": _SUPPRESSIONS,
        "templates": mapping(TEMPLATE),
    }
    indices = {
        names.template(kind): _index_template(f"{prefix}_{kind}-*", list(components), mappings[kind])
        for kind in mappings
    }
    return Templates(components, indices)


def mapping(fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return the mapping of `fields`: nothing else is indexed, nothing is nested."""
    properties = {field.name: dict(_TYPES[field.kind]) for field in fields}
    aliases = {
        alias: {"type": "alias", "path": target} for alias, target in ALIASES.items() if target in properties
    }
    return {"dynamic": False, "properties": properties | aliases}


def _component(template: dict[str, Any]) -> dict[str, Any]:
    return _described({"template": template})


def _index_template(pattern: str, components: list[str], mappings: dict[str, Any]) -> dict[str, Any]:
    return _described(
        {
            "index_patterns": [pattern],
            "priority": PRIORITY,
            "composed_of": components,
            "template": {"mappings": mappings},
        }
    )


def _described(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"version": SCHEMA_VERSION, "_meta": stamp(body)}
