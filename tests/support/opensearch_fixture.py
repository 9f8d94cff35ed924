"""The fixture `opensearch`: one real server for the whole run; each test has index names of its own."""

import itertools
import os
from collections.abc import Iterator

import pytest
from opensearchpy import OpenSearch

from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.platform import install
from support.opensearch_install import OpenSearchUnavailableError
from support.opensearch_server import OpenSearchServer

_numbers = itertools.count()


@pytest.fixture(scope="session")
def opensearch() -> Iterator[OpenSearchServer]:
    try:
        server = OpenSearchServer()
    except OpenSearchUnavailableError as reason:
        if "OPENSEARCH_VERSION" in os.environ:
            pytest.skip(str(reason))
        raise
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def prefix() -> str:
    return f"burltest{next(_numbers)}"


@pytest.fixture
def opensearch_settings(opensearch: OpenSearchServer, prefix: str) -> OpenSearchSettings:
    return OpenSearchSettings(hosts=[opensearch.url], prefix=prefix, request_timeout_seconds=60.0)


@pytest.fixture
def client(opensearch_settings: OpenSearchSettings) -> Iterator[OpenSearch]:
    client = connect(opensearch_settings)
    yield client
    client.close()


@pytest.fixture
def installed(client: OpenSearch, opensearch_settings: OpenSearchSettings, prefix: str) -> OpenSearchSettings:
    install(client, opensearch_settings.hosts[0], prefix)
    return opensearch_settings
