"""The whole way, for real: shop logs over gRPC into OpenSearch, with outages and SIGKILL in the middle."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from burl.clock import SystemClock
from burl.demo.replay import otlp_records
from burl.receive.batch import StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings
from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.platform import install
from support.agent_process import AgentProcess
from support.opensearch_server import OpenSearchServer
from support.replay import Sender
from support.workload import BUDGET, GAP_SECONDS, SETTINGS, SHOP

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
BATCH_RECORDS = 500
OUTAGE_SECONDS = 40.0
RESIDENT_BYTES = 150 * 10**6
FORBIDDEN = ("libtorch", "sklearn", "pandas")

Key = tuple[str, str, str, str]


@pytest.fixture(scope="session")
def scored(tmp_path_factory: pytest.TempPathFactory) -> set[Key]:
    """What `burl score` finds in the same files."""
    out = tmp_path_factory.mktemp("scored") / "annotations.jsonl"
    command = ["score", "--bundle", str(SHOP / "bundle"), "--input", str(SHOP / "test"), "--json"]
    options = ["--budget", BUDGET, "--incident-gap", str(GAP_SECONDS)]
    with out.open("wb") as file:
        subprocess.run(
            [sys.executable, "-c", "from burl.cli import main; main()", *command, *options],
            check=True,
            stdout=file,
        )
    documents = [json.loads(line) for line in out.read_text().splitlines()]
    return keys([document for document in documents if "anomaly_id" in document])


def keys(documents: list[dict[str, Any]]) -> set[Key]:
    """Return (id, detector, unit, record) of annotations; none may be there twice."""
    found = [
        (
            str(document["anomaly_id"]),
            str(document["detector_id"]),
            str(document["burl.unit"]),
            str(document.get("log.record.uid", document["@timestamp"])),
        )
        for document in documents
    ]
    assert len(found) == len(set(found))
    return set(found)


class Platform:
    """The annotations of one agent in a real OpenSearch."""

    def __init__(self, server: OpenSearchServer, prefix: str) -> None:
        self.settings = OpenSearchSettings(hosts=[server.url], prefix=prefix)
        self._client = connect(self.settings)
        install(self._client, server.url, prefix)

    def annotations(self) -> list[dict[str, Any]]:
        """Return all annotations, found by query."""
        pattern = f"{self.settings.prefix}_anomalies-*"
        self._client.indices.refresh(index=pattern)
        answer = self._client.search(index=pattern, body={"size": 10_000, "query": {"match_all": {}}})
        return [hit["_source"] for hit in answer["hits"]["hits"]]

    def wait_for(self, expected: set[Key], seconds: float = 90.0) -> list[dict[str, Any]]:
        """Return the annotations once they are at least `expected`, or when time is over."""
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while True:
            found = self.annotations()
            if len(found) >= len(expected) or time.monotonic() > deadline:
                return found
            pause.wait(0.5)


def agent_settings(platform: Platform) -> dict[str, object]:
    opensearch = {"hosts": platform.settings.hosts, "prefix": platform.settings.prefix}
    return SETTINGS | {"write": {"store": "opensearch", "opensearch": opensearch}}


def replay(agent: AgentProcess, at: dict[int, Callable[[], None]]) -> None:
    """Send the shop's test part; before batch `n` call `at[n]`."""
    sender, streams = Sender(agent.port), StreamTable()
    batches = FileReader(ReceiveSettings(), streams, SystemClock()).read([SHOP / "test"])
    for number, records in enumerate(otlp_records(batches, streams, most=BATCH_RECORDS)):
        at.get(number, lambda: None)()
        sender.send(records)
    sender.close()


@pytest.fixture
def server() -> Iterator[OpenSearchServer]:
    """A server of its own: it is stopped in the middle."""
    server = OpenSearchServer()
    server.start()
    yield server
    server.remove()


def test_undisturbed_it_finds_what_score_finds(
    tmp_path: Path, opensearch: OpenSearchServer, prefix: str, scored: set[Key]
) -> None:
    platform = Platform(opensearch, prefix)
    agent = AgentProcess(tmp_path, agent_settings(platform))
    agent.start()
    replay(agent, {})
    found = platform.wait_for(scored)
    resident, libraries = agent.resident_bytes(), agent.loaded_libraries()
    agent.stop()
    assert keys(found) == scored
    schema = json.loads((ROOT / "plugin/burl_opensearch/schemas/annotation.schema.json").read_text())
    for document in found:
        jsonschema.validate(document, schema)
    assert resident < RESIDENT_BYTES
    assert not [name for name in FORBIDDEN if name in libraries]


def test_outage_and_kills_change_nothing(tmp_path: Path, server: OpenSearchServer, scored: set[Key]) -> None:
    platform = Platform(server, "burlkilled")
    agent = AgentProcess(tmp_path, agent_settings(platform))
    agent.start()

    def kill_soon() -> None:
        """Kill the agent while a batch is on its way, and start it again."""
        timer = threading.Timer(random.Random(len(kills)).uniform(0.0, 0.05), agent.kill)
        timer.start()
        kills.append(timer)
        threading.Thread(target=restart, args=(timer,), daemon=True).start()

    def restart(timer: threading.Timer) -> None:
        timer.join()
        agent.start()

    def outage() -> None:
        server.stop()
        timer = threading.Timer(OUTAGE_SECONDS, server.start)
        timer.start()
        outages.append(timer)

    kills: list[threading.Timer] = []
    outages: list[threading.Timer] = []
    moments = random.Random(7).sample(range(20, 220), 3)
    replay(agent, dict.fromkeys(moments, kill_soon) | {120: outage})
    for timer in outages:
        timer.join()
    found = platform.wait_for(scored)
    agent.stop()
    assert len(kills) == 3
    assert len(outages) == 1
    assert keys(found) == scored
