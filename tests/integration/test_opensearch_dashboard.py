"""Every panel of the dashboard asks what a real OpenSearch answers with rows."""

import json

import pytest
from opensearchpy import OpenSearch

from burl.clock import SystemClock
from burl.decide import Findings
from burl.write import WriteSettings, make_store
from burl.write.settings import OpenSearchSettings
from burl_opensearch.dashboards import build_overview
from burl_opensearch.dashboards.lint import lint
from burl_opensearch.dashboards.queries import PanelQuery, panel_queries
from contract.retries import SEEDED
from contract.samples import annotation, incident

pytestmark = pytest.mark.integration


@pytest.fixture
def stored(installed: OpenSearchSettings, client: OpenSearch) -> OpenSearchSettings:
    settings = WriteSettings(store="opensearch", opensearch=installed)
    store = make_store(settings, SystemClock(), SEEDED, {})
    store.write(Findings([annotation(n) for n in range(30)], [incident(n) for n in range(3)]))
    store.close()
    client.indices.refresh(index=f"{installed.prefix}_*")
    return installed


def _types(properties: dict[str, object], path: str = "") -> dict[str, str]:
    """Return the type of each field by its full name, from a mapping as OpenSearch tells it."""
    found: dict[str, str] = {}
    for name, each in properties.items():
        assert isinstance(each, dict)
        if "properties" in each:
            found |= _types(each["properties"], f"{path}{name}.")
        else:
            found[path + name] = each["type"]
    return found


def test_every_panel_has_rows(stored: OpenSearchSettings, client: OpenSearch) -> None:
    objects = [json.loads(line) for line in build_overview(stored.prefix).splitlines()]
    queries = panel_queries(objects)
    assert len(queries) == 5
    for query in queries:
        assert _rows(client, query), query.panel


def _rows(client: OpenSearch, query: PanelQuery) -> list[object]:
    answer = client.search(index=query.index, body=query.body)
    rows: list[object] = answer["hits"]["hits"]
    for name, found in answer.get("aggregations", {}).items():
        assert found.get("buckets") or found.get("value") is not None, (query.panel, name)
        rows += found.get("buckets", [])
    total = answer["hits"]["total"]["value"]
    return rows or [None] * total


def test_the_dashboard_fits_the_mapping_that_was_installed(
    stored: OpenSearchSettings, client: OpenSearch
) -> None:
    mappings = {}
    for pattern in (f"{stored.prefix}_anomalies-*", f"{stored.prefix}_incidents*"):
        (first, *_) = client.indices.get_mapping(index=pattern).values()
        mappings[pattern] = _types(first["mappings"]["properties"])
    assert lint(build_overview(stored.prefix), mappings) == []
