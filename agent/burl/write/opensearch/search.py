"""Reads documents page by page."""

from collections.abc import Iterator
from typing import Any

from opensearchpy import OpenSearch

PAGE = 1000


def hits(
    client: OpenSearch, index: str, filters: list[dict[str, Any]], sort: list[dict[str, Any]], limit: int
) -> Iterator[dict[str, Any]]:
    """Yield the documents that match all `filters`, in the order of `sort`, at least `limit` if there are.

    `sort` ends with a unique field: pages follow each other by `search_after`, which knows no upper bound as
    `from` does. Indices that do not exist yet hold nothing.
    """
    body: dict[str, Any] = {"size": min(PAGE, limit), "sort": sort, "query": {"bool": {"filter": filters}}}
    params = {
        "ignore_unavailable": "true",
        "allow_no_indices": "true",
        "filter_path": "hits.hits._source,hits.hits.sort",
    }
    while True:
        page = client.search(index=index, body=body, params=params).get("hits", {}).get("hits", [])
        yield from (hit["_source"] for hit in page)
        if len(page) < body["size"]:
            return
        body["search_after"] = page[-1]["sort"]
