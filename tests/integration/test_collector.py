"""The real OpenTelemetry Collector, with the configuration that we ship: uids in = stored, through kills."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch
from opensearchpy.helpers import scan

from burl.write.settings import OpenSearchSettings
from support.agent_process import AgentProcess
from support.collector import Collector, find_collector
from support.container_log import BEGUN, container_lines, offsets, write_through_kills

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.skipif(not find_collector(), reason="no Collector: on the PATH, or named by OTELCOL"),
]
BEGUN_NS = int(BEGUN.timestamp()) * 10**9
POD = "shop_cart-6d4c9f7b5d-x2v7k_0a1b2c3d-0000-4111-8222-333344445555"
STORED_SECONDS = 300.0


@dataclass(slots=True)
class Rig:
    """An agent that stores all lines it is given, the Collector before it, OpenSearch behind it."""

    agent: AgentProcess
    collector: Collector
    client: OpenSearch
    index: str

    @property
    def log(self) -> Path:
        return self.collector.pods / POD / "app" / "0.log"

    def stored(self) -> list[dict[str, Any]]:
        """Return the lines that Burl stored, each as often as it is there."""
        self.client.indices.refresh(index=self.index)
        return [hit["_source"] for hit in scan(self.client, index=self.index, size=5_000)]

    def uids(self, count: int) -> list[str]:
        """Return the uids of what Burl stored, once there are `count`."""
        deadline = time.monotonic() + STORED_SECONDS
        while len(found := self.stored()) < count:
            assert time.monotonic() < deadline, self.collector.log()[-4_000:]
            threading.Event().wait(0.5)
        return sorted(line["log.record.uid"] for line in found)


@pytest.fixture
def rig(tmp_path: Path, client: OpenSearch, installed: OpenSearchSettings) -> Iterator[Rig]:
    store = {"hosts": installed.hosts, "prefix": installed.prefix}
    agent = AgentProcess(tmp_path, {"write": {"store": "opensearch", "mode": "enrich", "opensearch": store}})
    rig = Rig(agent, Collector(tmp_path, agent.port), client, f"{installed.prefix}_logs-*")
    rig.log.parent.mkdir(parents=True)
    agent.start()
    yield rig
    rig.collector.end()
    agent.stop()


def expected_uids(path: Path, lines: list[str]) -> list[str]:
    """Return what the configuration makes of each line: file, offset and time."""
    return sorted(
        f"{path}@{start}@{BEGUN_NS + number * 10**6}" for number, start in enumerate(offsets(lines))
    )


def test_every_line_of_a_container_is_stored_once_under_its_id(rig: Rig) -> None:
    """D-2."""
    lines = container_lines(range(6_000))
    rig.log.write_text("".join(lines))
    rig.collector.start()
    assert rig.uids(len(lines)) == expected_uids(rig.log, lines)
    line = rig.stored()[0]
    assert (line["k8s.namespace.name"], line["k8s.container.name"]) == ("shop", "app")
    assert line["k8s.pod.name"] == "cart-6d4c9f7b5d-x2v7k"


def test_a_line_that_the_runtime_cut_is_one_again(rig: Rig) -> None:
    time = BEGUN.strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
    rig.log.write_text(f"{time} stdout P order 7 \n{time} stdout P was \n{time} stdout F placed\n")
    rig.collector.start()
    rig.uids(1)
    (line,) = rig.stored()
    assert line["body"] == "order 7 was placed"


def test_kills_of_the_agent_and_of_the_collector_lose_nothing_and_store_nothing_twice(rig: Rig) -> None:
    """D-2, D-7, D-12."""
    lines = container_lines(range(4_000))
    rig.collector.start()
    write_through_kills(rig.log, lines, rig.agent, rig.collector)
    assert rig.uids(len(lines)) == expected_uids(rig.log, lines)
