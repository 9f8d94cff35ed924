"""Installing into a real OpenSearch."""

from fnmatch import fnmatch
from typing import Any

import pytest
from opensearchpy import OpenSearch

from burl.errors import ConfigError, Retryable
from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.platform import Step, install, status, uninstall, upgrade
from burl_opensearch.stamp import State
from burl_opensearch.templates import PRIORITY
from support.samples import annotation

pytestmark = [pytest.mark.integration, pytest.mark.oldest]


@pytest.fixture
def url(opensearch_settings: OpenSearchSettings) -> str:
    return opensearch_settings.hosts[0]


def test_installing_twice_changes_nothing(client: OpenSearch, url: str, prefix: str) -> None:
    assert _states(status(client, url, prefix)) == {"missing"}
    assert _states(install(client, url, prefix)) == {"missing"}
    assert _states(status(client, url, prefix)) == {"current"}
    everything = client.indices.get(index=f"{prefix}_*")
    assert _states(install(client, url, prefix)) == {"current"}
    assert client.indices.get(index=f"{prefix}_*") == everything


def test_what_the_cluster_lacks_is_skipped_and_said(client: OpenSearch, url: str, prefix: str) -> None:
    skipped = [step for step in install(client, url, prefix) if step.state == "skipped"]
    assert {step.kind for step in skipped} == {"retention policy", "role"}
    assert skipped[0].note == "the cluster has no opensearch-index-management"


def test_upgrading_wants_something_installed(client: OpenSearch, url: str, prefix: str) -> None:
    with pytest.raises(ConfigError, match="nothing of"):
        upgrade(client, url, prefix)
    install(client, url, prefix)
    assert _states(upgrade(client, url, prefix)) == {"current"}


def test_uninstalling_leaves_nothing_behind(client: OpenSearch, url: str, prefix: str) -> None:
    untouched = f"{prefix}other"
    client.indices.create(index=untouched)
    install(client, url, prefix)
    client.index(index=f"{prefix}_anomalies-x-y-2025.11", body=annotation(1).document)
    uninstall(client, url, prefix, keep_data=True)
    assert client.indices.exists(index=f"{prefix}_anomalies-x-y-2025.11")
    uninstall(client, url, prefix)
    assert _states(status(client, url, prefix)) == {"missing"}
    assert list(client.indices.get(index=f"{prefix}*")) == [untouched]
    assert uninstall(client, url, prefix) == []


@pytest.mark.parametrize("kind", ["anomalies", "dead_letters", "feedback", "logs", "template_counts"])
def test_hostile_attributes_add_no_field(
    client: OpenSearch, installed: OpenSearchSettings, kind: str
) -> None:
    index = f"{installed.prefix}_{kind}-default-default-2025.11"
    client.index(index=index, body=annotation(1).document)
    before = client.indices.get_mapping(index=index)
    hostile: dict[str, Any] = {f"k8s.label.{number}": "x" for number in range(1000)}
    hostile |= {f"deep{number}": {"er": {"still": [{"more": number}]}} for number in range(100)}
    client.index(index=index, body=annotation(2, **hostile).document)
    assert client.indices.get_mapping(index=index) == before
    assert "nested" not in str(before)


def test_all_that_is_put_up_goes_again(client: OpenSearch, url: str, prefix: str) -> None:
    def everything() -> tuple[set[str], set[str], set[str], set[str]]:
        return (
            {each["name"] for each in client.cluster.get_component_template()["component_templates"]},
            {each["name"] for each in client.indices.get_index_template()["index_templates"]},
            {name for name in client.indices.get(index="*") if name.startswith(prefix)},
            {each["alias"] for each in client.cat.aliases(params={"format": "json"})},
        )

    before = everything()
    for _ in range(2):
        install(client, url, prefix)
        assert all(there > absent for there, absent in zip(everything(), before, strict=True))
        uninstall(client, url, prefix)
        assert everything() == before


def _states(steps: list[Step]) -> set[State]:
    return {step.state for step in steps} - {"skipped"}


def test_there_is_an_index_for_every_page_that_no_retention_takes_away(
    client: OpenSearch, url: str, prefix: str
) -> None:
    install(client, url, prefix)
    for kind in ("anomalies", "feedback", "logs", "template_counts"):
        (index,) = client.indices.get(index=f"{prefix}_{kind}-*")
        assert not fnmatch(index, f"{prefix}_{kind}-*-*-*")


def test_an_outdated_template_is_replaced_and_fields_reach_indices_that_are_there(
    client: OpenSearch, url: str, prefix: str
) -> None:
    install(client, url, prefix)
    name = f"{prefix}_incidents_template"
    body = client.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
    body["_meta"]["digest"] = "older"
    client.indices.put_index_template(name=name, body=body)
    assert [step.name for step in status(client, url, prefix) if step.state == "outdated"] == [name]
    install(client, url, prefix)
    assert _states(status(client, url, prefix)) == {"current"}


@pytest.mark.parametrize("meta", [{"schema_version": 0, "digest": "older"}, {}])
def test_an_older_schema_is_migrated_and_findings_stay(
    client: OpenSearch, url: str, prefix: str, meta: dict[str, object]
) -> None:
    name, index = f"{prefix}_anomalies_template", f"{prefix}_anomalies-x-y-2025.11"
    older = {
        "index_patterns": [f"{prefix}_anomalies-*"],
        "template": {"mappings": {"dynamic": False, "properties": {"anomaly_id": {"type": "keyword"}}}},
        "_meta": meta,
    }
    client.indices.put_index_template(name=name, body=older)
    client.index(index=index, body=annotation(1).document, refresh=True)
    install(client, url, prefix)
    assert _states(status(client, url, prefix)) == {"current"}
    assert client.count(index=index)["count"] == 1
    mapping = client.indices.get_mapping(index=index)[index]["mappings"]["properties"]
    assert mapping["anomaly_grade"] == {"type": "double"}


def test_a_newer_schema_is_left_alone(client: OpenSearch, url: str, prefix: str) -> None:
    newer = {"index_patterns": [f"{prefix}_feedback-*"], "_meta": {"schema_version": 99}, "template": {}}
    client.indices.put_index_template(name=f"{prefix}_feedback_template", body=newer)
    with pytest.raises(ConfigError, match="schema version 99"):
        install(client, url, prefix)
    assert not client.indices.exists(index=f"{prefix}_incidents-v1")


def test_our_template_wins_over_general_ones(client: OpenSearch, installed: OpenSearchSettings) -> None:
    index = f"{installed.prefix}_anomalies-x-y-2026.11"
    simulated = client.indices.simulate_index_template(name=index)
    assert simulated["template"]["mappings"]["dynamic"] == "false"
    assert simulated["template"]["mappings"]["properties"]["@timestamp"] == {"type": "date_nanos"}
    assert PRIORITY > 900
    others = client.indices.simulate_index_template(name="ss4o_logs-a-b")
    assert "anomaly_grade" not in str(others)


def test_both_spellings_of_a_trace_id_find_the_annotation(
    client: OpenSearch, installed: OpenSearchSettings
) -> None:
    index = f"{installed.prefix}_anomalies-default-default-2025.11"
    client.index(index=index, body=annotation(5).document, refresh=True)
    for name in ("trace_id", "traceId"):
        found = client.search(index=index, body={"query": {"term": {name: f"{5:032x}"}}})
        assert found["hits"]["total"]["value"] == 1


def test_an_absent_server_can_be_tried_again() -> None:
    url = "http://127.0.0.1:9"
    with pytest.raises(Retryable, match="cannot be reached"):
        status(connect(OpenSearchSettings(hosts=[url])), url)
