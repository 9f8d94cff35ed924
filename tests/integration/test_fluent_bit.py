"""The real Fluent Bit, with the configurations that we ship: uids in = stored, through kills of both."""

import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from opensearchpy import OpenSearch
from opensearchpy.helpers import scan

from burl.write.settings import OpenSearchSettings
from support.agent_process import AgentProcess
from support.container_log import container_lines, offsets, write_through_kills
from support.fluent_bit_process import FluentBit, find_fluent_bit

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.skipif(not find_fluent_bit(), reason="no Fluent Bit: on the PATH, or named by FLUENT_BIT"),
]
STORED_SECONDS = 300.0
CHUNK_LINES = 6_000
"""More than fill a chunk, whose answer is larger than Fluent Bit's default for the raw logs."""


@dataclass(slots=True)
class Rig:
    """An agent that stores all lines it is given, Fluent Bit before it, OpenSearch behind both."""

    agent: AgentProcess
    client: OpenSearch
    settings: OpenSearchSettings
    directory: Path
    fluent_bit: FluentBit | None = None

    @property
    def logs(self) -> Path:
        return self.directory / "pod"

    def tail(self, name: str) -> FluentBit:
        """Start Fluent Bit with a configuration."""
        port = int(self.settings.hosts[0].rpartition(":")[2])
        self.fluent_bit = FluentBit(
            self.directory, name, logs=self.logs, burl_port=self.agent.port, opensearch_port=port
        )
        self.fluent_bit.start()
        return self.fluent_bit

    def uids(self, index: str, field: str) -> list[str]:
        """Return the uids of what an index holds, each as often as it is there."""
        self.client.indices.refresh(index=index)
        hits = scan(self.client, index=index, _source=[field], size=5_000)
        return sorted(hit["_source"][field] for hit in hits)

    def wait_for(self, count: int) -> tuple[list[str], list[str]]:
        """Return the uids that Burl stored and those of the raw logs, once there are `count` of each."""
        assert self.fluent_bit
        deadline = time.monotonic() + STORED_SECONDS
        while True:
            by_burl = self.uids(f"{self.settings.prefix}_logs-*", "log.record.uid")
            raw = self.uids(self.fluent_bit.raw_logs, "log_record_uid")
            if min(len(by_burl), len(raw)) >= count or time.monotonic() > deadline:
                return by_burl, raw
            threading.Event().wait(0.5)


@pytest.fixture
def rig(tmp_path: Path, client: OpenSearch, installed: OpenSearchSettings) -> Iterator[Rig]:
    store = {"hosts": installed.hosts, "prefix": installed.prefix}
    agent = AgentProcess(tmp_path, {"write": {"store": "opensearch", "mode": "enrich", "opensearch": store}})
    with tempfile.TemporaryDirectory(prefix="burl") as directory:
        rig = Rig(agent, client, installed, Path(directory))
        rig.logs.joinpath("app").mkdir(parents=True)
        agent.start()
        yield rig
        if rig.fluent_bit:
            rig.fluent_bit.end()
        agent.stop()


def expected_uids(path: Path, lines: list[str]) -> list[str]:
    """Return what the configuration makes of each line: pod, file, offset and time."""
    pairs = zip(offsets(lines), lines, strict=True)
    return sorted(f"uid-1/{path}@{start}@{line.partition(' ')[0]}" for start, line in pairs)


@pytest.mark.parametrize("form", ["yaml", "conf"])
def test_every_line_of_a_container_is_stored_once_by_both_ways_under_one_id(rig: Rig, form: str) -> None:
    """D-2."""
    lines = container_lines(range(CHUNK_LINES))
    path = rig.logs / "app" / "0.log"
    path.write_text("".join(lines))
    fluent_bit = rig.tail(f"sidecar-stdout.{form}")
    by_burl, raw = rig.wait_for(len(lines))
    assert by_burl == raw == expected_uids(path, lines)
    assert "cannot increase buffer" not in fluent_bit.log()


@pytest.mark.parametrize("form", ["yaml", "conf"])
def test_files_of_an_application_are_read_line_by_line(rig: Rig, form: str) -> None:
    (rig.logs / "app" / "app.log").write_text("".join(f"order {number} placed\n" for number in range(500)))
    rig.tail(f"sidecar-files.{form}")
    by_burl, raw = rig.wait_for(500)
    assert by_burl == raw
    assert len(set(by_burl)) == 500


def test_kills_of_the_agent_and_of_fluent_bit_lose_nothing_and_store_nothing_twice(rig: Rig) -> None:
    """D-2, D-7, D-12."""
    path = rig.logs / "app" / "0.log"
    lines = container_lines(range(4_000))
    fluent_bit = rig.tail("sidecar-stdout.yaml")
    write_through_kills(path, lines, rig.agent, fluent_bit)
    by_burl, raw = rig.wait_for(len(lines))
    assert by_burl == raw == expected_uids(path, lines)
