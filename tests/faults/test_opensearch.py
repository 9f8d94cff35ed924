"""A real OpenSearch that fails in every way it can, behind a running agent: nothing lost, nothing twice."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from opensearchpy import OpenSearch
from opensearchpy.helpers import scan

from burl.config import Settings
from burl.write.settings import OpenSearchSettings
from support import fault_proxy
from support.agent_process import AgentProcess
from support.fault_proxy import SLOW_SECONDS, Fault, FaultProxy
from support.outcome import expected
from support.raw_sender import RawSender
from support.workload import SETTINGS, shop_requests, shop_uids

pytestmark = [pytest.mark.integration, pytest.mark.slow]

RECORDS, ENRICHED_RECORDS = 30_000, 10_000
DAY = "2026.11.22"
"""Of the shop's logs."""
FAULT_SECONDS = 1.5
WAIT_SECONDS = 60.0
WAYS: list[Fault] = ["unavailable", "busy", "drop_request", "drop_answer", "slow", "partial"]
READ_ONLY = "index.blocks.read_only"
FLOOD_STAGE = "index.blocks.read_only_allow_delete"
"""What OpenSearch sets by itself when a disk passes its flood-stage watermark."""


@pytest.fixture
def proxy(installed: OpenSearchSettings) -> Iterator[FaultProxy]:
    with fault_proxy.running(installed.hosts[0]) as proxy:
        yield proxy


class Faults:
    """Each lasts `FAULT_SECONDS`, while requests go on."""

    def __init__(self, proxy: FaultProxy, client: OpenSearch, prefix: str) -> None:
        self._proxy, self._client, self._indices = proxy, client, f"{prefix}_*"
        self._threads: list[threading.Thread] = []

    def of_the_way(self, fault: Fault) -> Callable[[], None]:
        """Return what lets requests fail on their way, or be answered so."""
        return lambda: self._begin(lambda: self._set(fault), lambda: self._set("none"))

    def block(self, setting: str) -> Callable[[], None]:
        """Return what blocks the indices by a setting."""
        return lambda: self._begin(lambda: self._put(setting, True), lambda: self._put(setting, None))

    def wait(self) -> None:
        """Return when all are over."""
        for thread in self._threads:
            thread.join()

    def _set(self, fault: Fault) -> None:
        self._proxy.fault = fault

    def _put(self, setting: str, value: bool | None) -> None:
        self._client.indices.put_settings(index=self._indices, body={setting: value})

    def _begin(self, begin: Callable[[], None], end: Callable[[], None]) -> None:
        self.wait()

        def run() -> None:
            begin()
            threading.Event().wait(FAULT_SECONDS)
            end()

        self._threads.append(threading.Thread(target=run))
        self._threads[-1].start()


def written(proxy: FaultProxy, prefix: str) -> dict[str, Any]:
    """Return the settings of writing through the proxy, to which `slow` is too slow."""
    opensearch = {"hosts": [proxy.url], "prefix": prefix, "request_timeout_seconds": SLOW_SECONDS / 2}
    return {"store": "opensearch", "opensearch": opensearch}


def ids(client: OpenSearch, prefix: str, kind: str) -> list[str]:
    """Return the `_id` of every document of a kind."""
    client.indices.refresh(index=f"{prefix}_*")
    answer: dict[str, Any] = client.search(
        index=f"{prefix}_{kind}-*",
        body={"size": 10_000, "_source": False},
        params={"ignore_unavailable": "true"},
    )
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def wait_for_all(client: OpenSearch, prefix: str, wanted: int) -> list[str]:
    deadline = time.monotonic() + WAIT_SECONDS
    pause = threading.Event()
    while len(found := ids(client, prefix, "anomalies")) < wanted and time.monotonic() < deadline:
        pause.wait(0.3)
    return found


def send_through(
    faults: Faults, ways: list[Fault], agent: AgentProcess, requests: list[bytes]
) -> set[grpc.StatusCode]:
    """Send the requests, while the store fails in each of the ways and by blocks; return the answers."""
    disturbances = [faults.of_the_way(way) for way in ways] + [
        faults.block(READ_ONLY),
        faults.block(FLOOD_STAGE),
    ]
    every = len(requests) // (len(disturbances) + 1)
    sender = RawSender(agent.port)
    answers = set()
    for number, raw in enumerate(requests, 1):
        if number % every == 0 and number // every <= len(disturbances):
            disturbances[number // every - 1]()
        answers.add(sender.send(raw))
    faults.wait()
    return answers


def test_a_store_that_fails_in_every_way_gets_everything_once(
    tmp_path: Path, proxy: FaultProxy, client: OpenSearch, prefix: str
) -> None:
    """D-2, D-10, D-11."""
    requests = list(shop_requests(RECORDS))
    wanted = expected(Settings.model_validate(SETTINGS | {"receive": {"max_ahead_seconds": 1e9}}), requests)
    agent = AgentProcess(tmp_path, SETTINGS | {"write": written(proxy, prefix)})
    agent.start()
    answers = send_through(Faults(proxy, client, prefix), WAYS, agent, requests)
    found = wait_for_all(client, prefix, len(wanted.annotations))
    agent.stop()
    assert answers == {grpc.StatusCode.OK}
    assert len(found) == len(set(found))
    assert set(found) == wanted.annotations
    assert ids(client, prefix, "dead_letters") == []


def test_every_record_is_stored_once_or_a_dead_letter_where_its_document_conflicts_with_the_mapping(
    tmp_path: Path, proxy: FaultProxy, client: OpenSearch, prefix: str
) -> None:
    """D-2, D-10, D-11."""
    # Lines that continue others have no template: they do not conflict.
    conflict = {"mappings": {"properties": {"log.record.template": {"type": "ip"}}}}
    client.indices.create(index=f"{prefix}_logs-default-default-{DAY}", body=conflict)
    requests = list(shop_requests(ENRICHED_RECORDS, size=200))
    agent = AgentProcess(tmp_path, SETTINGS | {"write": written(proxy, prefix) | {"mode": "enrich"}})
    agent.start()
    answers = send_through(Faults(proxy, client, prefix), WAYS, agent, requests)
    agent.stop()
    client.indices.refresh(index=f"{prefix}_*")
    logs, letters = uids(client, f"{prefix}_logs-*"), uids(client, f"{prefix}_dead_letters-*")
    assert answers == {grpc.StatusCode.OK}
    assert logs
    assert letters
    assert Counter(shop_uids(ENRICHED_RECORDS)) == logs + letters


def uids(client: OpenSearch, index: str) -> Counter[str]:
    """Return how often each record's uid is in an index."""
    hits = scan(client, index=index, _source=["log.record.uid"], size=5_000)
    return Counter(hit["_source"]["log.record.uid"] for hit in hits)
