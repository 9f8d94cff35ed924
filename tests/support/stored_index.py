"""An index as a release left it: templates, mappings, aliases and documents, in one JSON file."""

import json
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.helpers import bulk, scan

PREFIX = "burlearlier"
"""First word of all names in the file."""
_OURS = ("uuid", "creation_date", "provided_name", "version", "history", "replication")
_TEMPLATES = (
    ("component_templates", "cluster", "component_template"),
    ("index_templates", "indices", "index_template"),
)


def keep(client: OpenSearch, path: Path) -> None:
    """Write all that is named by PREFIX into a file."""
    client.indices.refresh(index=f"{PREFIX}_*")
    indices = client.indices.get(index=f"{PREFIX}_*")
    for index in indices.values():
        settings = index["settings"]["index"]
        index["settings"]["index"] = {key: value for key, value in settings.items() if key not in _OURS}
    kept: dict[str, Any] = {
        "indices": indices,
        "documents": [
            {"_index": hit["_index"], "_id": hit["_id"], "_source": hit["_source"]}
            for hit in scan(client, index=f"{PREFIX}_*")
        ],
    }
    for name, owner, kind in _TEMPLATES:
        answer = getattr(getattr(client, owner), f"get_{kind}")(name=f"{PREFIX}_*")
        kept[name] = {entry["name"]: entry[kind] for entry in answer[name]}
    path.write_text(json.dumps(kept, sort_keys=True) + "\n", "utf-8")


def put(client: OpenSearch, path: Path) -> None:
    """Make in a server what a file holds."""
    kept = json.loads(path.read_text("utf-8"))
    for name, owner, kind in _TEMPLATES:
        for each, body in kept[name].items():
            getattr(getattr(client, owner), f"put_{kind}")(name=each, body=body)
    for index, body in kept["indices"].items():
        client.indices.create(index=index, body=body)
    bulk(client, kept["documents"], refresh=True)
