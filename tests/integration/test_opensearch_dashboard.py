"""Every panel of every dashboard asks what a real OpenSearch answers with rows."""

import json
from urllib.parse import unquote

import pytest
from opensearchpy import OpenSearch

from burl.clock import SystemClock
from burl.decide import Annotation, Findings
from burl.feedback import Desk
from burl.write import WriteSettings, make_store
from burl.write.settings import OpenSearchSettings
from burl_opensearch.dashboards import build_dashboards
from burl_opensearch.dashboards.lint import lint
from support.panel_queries import panel_queries
from support.panels import rows
from support.retries import SEEDED
from support.samples import annotation, incident, template, template_count, verdict

pytestmark = [pytest.mark.integration, pytest.mark.oldest]


@pytest.fixture
def stored(installed: OpenSearchSettings, client: OpenSearch) -> OpenSearchSettings:
    settings = WriteSettings(store="opensearch", opensearch=installed)
    store = make_store(settings, SystemClock(), SEEDED, {})
    store.write(Findings([_finding(n) for n in range(30)], [incident(n) for n in range(3)]))
    for number in range(4):
        store.add_verdict(verdict(number))
        client.index(index=f"{installed.prefix}_templates", body=template(number))
        index = f"{installed.prefix}_template_counts-default-default-2025.11"
        client.index(index=index, body=template_count(number))
        logs = f"{installed.prefix}_logs-default-default-2025.11.22"
        client.index(index=logs, body={"@timestamp": template_count(number)["@timestamp"], "body": "a line"})
    Desk(store, SystemClock()).record("promote", {"bundle.version": "2"})
    store.close()
    client.indices.refresh(index=f"{installed.prefix}_*")
    return installed


def _finding(number: int) -> Annotation:
    kinds = ("new_template", "sequence", "rate", "silence")
    return annotation(
        number,
        anomaly_kind=kinds[number % 4],
        learning=number % 7 == 0,
        model_version="1",
        expected_templates=["disk <*> is fine"],
        expected_value=3.0,
        new_since_deploy=number % 5 == 0,
        **{"burl.agent": "node-1", "deployment.version": "1.15.0"},
        actual_value=float(number),
    )


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
    objects = [json.loads(line) for line in build_dashboards(stored.prefix).splitlines()]
    queries = panel_queries(objects)
    assert len(queries) == 37
    for query in queries:
        assert rows(client, query), query.panel


def test_the_dashboard_fits_the_mapping_that_was_installed(
    stored: OpenSearchSettings, client: OpenSearch
) -> None:
    mappings = {}
    kinds = ("anomalies-*", "incidents*", "templates*", "template_counts-*", "feedback-*", "logs-*")
    for pattern in (f"{stored.prefix}_{kind}" for kind in kinds):
        (first, *_) = client.indices.get_mapping(index=pattern).values()
        mappings[pattern] = _types(first["mappings"]["properties"])
    assert lint(build_dashboards(stored.prefix), mappings) == []


def _query_of_link(pattern: str, field: str, value: str) -> str:
    """Return what narrows the page that a click on a field's value leads to."""
    objects = (json.loads(line) for line in build_dashboards().splitlines())
    (formats,) = (each["attributes"]["fieldFormatMap"] for each in objects if each.get("id") == pattern)
    address = json.loads(formats)[field]["params"]["urlTemplate"]
    query = unquote(address).partition("language:lucene,query:'")[2].removesuffix("'))")
    return query.replace("{{value}}", value)


def test_a_link_to_an_incident_lets_raw_logs_pass_and_no_other_incident(
    stored: OpenSearchSettings, client: OpenSearch
) -> None:
    query = {"query_string": {"query": _query_of_link("burl-incidents", "incident_id", "i1")}}
    count = {kind: client.count(index=f"{stored.prefix}_{kind}-*") for kind in ("incidents", "logs")}
    found = {kind: client.count(index=f"{stored.prefix}_{kind}-*", body={"query": query}) for kind in count}
    assert (found["incidents"]["count"], count["incidents"]["count"]) == (1, 3)
    assert found["logs"]["count"] == count["logs"]["count"] == 4
