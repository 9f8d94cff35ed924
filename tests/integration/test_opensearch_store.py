"""The OpenSearch store against a real server that refuses, fails and goes away."""

from collections.abc import Iterator

import jsonschema
import pytest
from opensearchpy import OpenSearch

from burl.clock import SystemClock
from burl.decide import Findings
from burl.errors import ConfigError, Permanent, Retryable
from burl.write import WriteCounters, WriteSettings, make_store
from burl.write.backoff import Retry
from burl.write.opensearch import OpenSearchStore, connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.schemas import schema
from support import fault_proxy
from support.retries import SEEDED
from support.samples import annotation, dead_letter, incident, uid_of

pytestmark = pytest.mark.integration


def _store(settings: OpenSearchSettings, timeout_seconds: float = 0.0) -> OpenSearchStore:
    rng = SEEDED
    return OpenSearchStore(
        connect(settings), settings, Retry(SystemClock(), rng, timeout_seconds, WriteCounters())
    )


@pytest.fixture
def store(installed: OpenSearchSettings) -> Iterator[OpenSearchStore]:
    store = _store(installed)
    yield store
    store.close()


@pytest.fixture
def proxy(installed: OpenSearchSettings) -> Iterator[fault_proxy.FaultProxy]:
    with fault_proxy.running(installed.hosts[0]) as proxy:
        yield proxy


def _refresh(client: OpenSearch, settings: OpenSearchSettings) -> None:
    client.indices.refresh(index=f"{settings.prefix}_*")


def test_what_the_mapping_refuses_becomes_a_valid_dead_letter(
    store: OpenSearchStore, client: OpenSearch, installed: OpenSearchSettings
) -> None:
    bad = annotation(1, anomaly_score="not a number")
    bad_incident = incident(7, data_end_time="tomorrow")
    store.write(Findings([annotation(0), bad, annotation(2)], [bad_incident, incident(8)]))
    _refresh(client, installed)
    assert [found["log.record.uid"] for found in store.annotations()] == [uid_of(0), uid_of(2)]
    assert store.incidents() == [incident(8).document]
    letters = store.dead_letters()
    for letter in letters:
        jsonschema.validate(letter, schema("dead_letter"))
    assert {letter["anomaly_id"] for letter in letters} == {bad.id, bad_incident.id}
    assert all("failed to parse" in letter["reason"] for letter in letters)


def test_a_finding_of_another_dataset_is_found_by_its_id_alone(
    store: OpenSearchStore, client: OpenSearch, installed: OpenSearchSettings
) -> None:
    other = _store(installed.model_copy(update={"dataset": "batch", "namespace": "bank-1"}))
    other.write(Findings([annotation(1, "i1")]))
    other.close()
    _refresh(client, installed)
    assert store.annotations() == []
    assert store.annotations(anomaly_id=annotation(1).id) == [annotation(1, "i1").document]
    assert store.annotations(incident_id="i1") == [annotation(1, "i1").document]


def test_a_dead_letter_that_is_refused_is_permanent(store: OpenSearchStore) -> None:
    letter = dead_letter(1)
    letter.document["@timestamp"] = "never"
    with pytest.raises(Permanent, match="failed to parse"):
        store.write(Findings(dead_letters=[letter]))


def test_a_request_that_is_too_large_is_divided(
    proxy: fault_proxy.FaultProxy, installed: OpenSearchSettings, client: OpenSearch
) -> None:
    store = _store(installed.model_copy(update={"hosts": [proxy.url]}))
    proxy.fault = "too_large"
    huge = annotation(9, **{"log.record.original": "x" * 1_500_000})
    store.write(Findings(annotations=[*(annotation(n) for n in range(8)), huge]))
    _refresh(client, installed)
    proxy.fault = "none"
    assert len(store.annotations()) == 8
    assert [letter["anomaly_id"] for letter in store.dead_letters()] == [huge.id]
    store.close()


def test_a_failing_store_is_down_until_a_probe_finds_it_back(
    proxy: fault_proxy.FaultProxy, installed: OpenSearchSettings
) -> None:
    store = _store(installed.model_copy(update={"hosts": [proxy.url]}))
    proxy.fault = "unavailable"
    with pytest.raises(Retryable, match="503"):
        store.write(Findings(annotations=[annotation(1)]))
    assert not store.healthy()
    proxy.fault = "none"
    store.verify()
    store.write(Findings(annotations=[annotation(1)]))
    assert store.healthy()
    store.close()


def test_only_what_failed_is_sent_again(
    proxy: fault_proxy.FaultProxy, installed: OpenSearchSettings, client: OpenSearch
) -> None:
    """A second attempt within one write meets what the first one stored, and leaves it alone."""
    store = _store(installed.model_copy(update={"hosts": [proxy.url]}), timeout_seconds=20.0)
    proxy.fail_once("drop_answer")
    store.write(Findings(annotations=[annotation(n) for n in range(3)]))
    _refresh(client, installed)
    assert len(store.annotations()) == 3
    store.close()


def test_an_index_is_named_by_event_time(store: OpenSearchStore, client: OpenSearch, prefix: str) -> None:
    store.write(Findings(annotations=[annotation(0)], dead_letters=[dead_letter(0)]))
    assert client.indices.exists(index=f"{prefix}_anomalies-default-default-2025.11")
    assert client.indices.exists(index=f"{prefix}_dead_letters-default-default-2025.11")


def test_a_cluster_without_templates_is_refused(opensearch_settings: OpenSearchSettings) -> None:
    with pytest.raises(ConfigError, match="burl platform install"):
        _store(opensearch_settings).verify()


def test_a_cluster_with_a_newer_schema_is_refused(
    client: OpenSearch, installed: OpenSearchSettings, prefix: str
) -> None:
    name = f"{prefix}_anomalies_template"
    body = client.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
    body["_meta"]["schema_version"] = 2
    client.indices.put_index_template(name=name, body=body)
    with pytest.raises(ConfigError, match="holds schema version 2"):
        _store(installed).verify()


def test_an_absent_server_is_no_error_at_start() -> None:
    settings = WriteSettings(store="opensearch", opensearch=OpenSearchSettings(hosts=["http://127.0.0.1:9"]))
    store = make_store(settings, SystemClock(), SEEDED, {})
    assert not store.healthy()
    store.close()
