"""A server that goes away and comes back with its data: nothing is lost, nothing is there twice."""

import threading
from collections.abc import Iterator

import pytest

from burl.decide import Findings
from burl.errors import Retryable
from burl.write.opensearch import OpenSearchStore, connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.platform import install
from support.opensearch_server import OpenSearchServer
from support.retries import seeded_retry
from support.samples import annotation, uid_of

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture
def own_server() -> Iterator[OpenSearchServer]:
    server = OpenSearchServer()
    server.start()
    yield server
    server.remove()


def test_a_killed_server_comes_back_with_what_was_answered(own_server: OpenSearchServer) -> None:
    """D-1, D-10."""
    settings = OpenSearchSettings(hosts=[own_server.url])
    client = connect(settings)
    install(client, own_server.url)
    store = OpenSearchStore(client, settings, seeded_retry())
    store.write(Findings(annotations=[annotation(n) for n in range(50)]))
    own_server.kill()
    with pytest.raises(Retryable, match="cannot be reached"):
        store.write(Findings(annotations=[annotation(n) for n in range(40, 60)]))
    assert not store.healthy()
    own_server.start()
    _wait_until_healthy(store)
    store.write(Findings(annotations=[annotation(n) for n in range(40, 60)]))
    client.indices.refresh(index="burl_*")
    assert [found["log.record.uid"] for found in store.annotations()] == [uid_of(n) for n in range(60)]
    store.close()


def _wait_until_healthy(store: OpenSearchStore) -> None:
    """Let the store's own probe find the server, as the agent does."""
    pause = threading.Event()
    while not store.healthy():
        pause.wait(0.05)
