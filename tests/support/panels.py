"""What a panel of a dashboard shows, asked of a real OpenSearch."""

from opensearchpy import OpenSearch

from support.panel_queries import PanelQuery


def rows(client: OpenSearch, query: PanelQuery) -> list[object]:
    """Return what the panel would draw: buckets, hits, or one row where it shows a number."""
    answer = client.search(index=query.index, body=query.body)
    found: list[object] = answer["hits"]["hits"]
    for name, aggregation in answer.get("aggregations", {}).items():
        assert aggregation.get("buckets") or aggregation.get("value") is not None, (query.panel, name)
        found += aggregation.get("buckets", [])
    total = answer["hits"]["total"]["value"]
    return found or [None] * total
