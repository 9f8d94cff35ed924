"""What an earlier release left in OpenSearch is read, upgraded and gone on with.

scripts/golden_index.py wrote it.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from burl.clock import SystemClock
from burl.decide import Findings
from burl.write import make_store
from burl.write.base import Store
from burl.write.settings import OpenSearchSettings, WriteSettings
from burl_opensearch.platform import status, upgrade
from support.samples import annotation, incident
from support.stored_index import PREFIX, put

pytestmark = pytest.mark.integration
LEFT = Path(__file__).with_name("upgrade") / "index.json"


@pytest.fixture
def store(client: OpenSearch, opensearch_settings: OpenSearchSettings) -> Iterator[Store]:
    """The store over what was left, before anything is upgraded."""
    put(client, LEFT)
    settings = opensearch_settings.model_copy(update={"prefix": PREFIX})
    store = make_store(
        WriteSettings(store="opensearch", opensearch=settings), SystemClock(), random.Random(1), {}
    )
    yield store
    store.close()


def test_findings_verdicts_and_incidents_go_on(
    store: Store, client: OpenSearch, opensearch_settings: OpenSearchSettings
) -> None:
    (url,) = opensearch_settings.hosts
    assert [found["anomaly_id"] for found in store.annotations()] == [annotation(1).id]
    assert [found["incident_id"] for found in store.incidents()] == ["i1"]
    assert len(store.dead_letters()) == len(store.verdicts()) == 1
    upgrade(client, url, PREFIX)
    assert {step.state for step in status(client, url, PREFIX)} <= {"current", "skipped"}
    store.write(Findings([annotation(1), annotation(2)], [incident(1, version=2)], []))
    client.indices.refresh(index=f"{PREFIX}_*")
    assert {found["anomaly_id"] for found in store.annotations()} == {annotation(1).id, annotation(2).id}
    assert [found["anomaly_count"] for found in store.incidents()] == [2]
