"""The catalogue of templates in OpenSearch, as people list it and give names."""

from typing import Any

import orjson
from opensearchpy import OpenSearch

from burl.write.names import IndexNames
from burl.write.opensearch.client import translated
from burl.write.opensearch.search import hits

_MAX_TEMPLATES = 10_000


def catalogue(client: OpenSearch, url: str, names: IndexNames, service: str = "") -> list[dict[str, Any]]:
    """Return the entries of the catalogue, the newest first; of one `service` where it is given.

    Raises:
        ConfigError: the server refuses us.
        Retryable: it cannot be reached.
    """
    filters = [{"term": {"service.name": service}}] if service else []
    sort = [{"@timestamp": "desc"}, {"log.template.id": "asc"}, {"service.name": "asc"}]
    with translated(url):
        found = hits(client, names.alias("templates"), filters, sort, _MAX_TEMPLATES)
        return list(found)[:_MAX_TEMPLATES]


def name_template(client: OpenSearch, url: str, names: IndexNames, template_id: str, name: str) -> int:
    """Give a template a name in every service's entry, or take it away; return how many entries there are.

    Raises: as `catalogue`.
    """
    index = names.alias("templates")
    body = {"query": {"term": {"log.template.id": template_id}}, "_source": False, "size": _MAX_TEMPLATES}
    with translated(url):
        found = [hit["_id"] for hit in client.search(index=index, body=body)["hits"]["hits"]]
        change = orjson.dumps({"doc": {"name": name or None}})
        lines = [line for key in found for line in (orjson.dumps({"update": {"_id": key}}), change)]
        if lines:
            client.bulk(body=b"\n".join(lines) + b"\n", index=index, params={"refresh": "true"})
    return len(found)
