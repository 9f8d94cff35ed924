"""Scoring, and learning from, what a real OpenSearch holds already."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path
from unittest.mock import DEFAULT, patch

import orjson
import pytest
from opensearchpy import OpenSearch

from burl.clock import SystemClock
from burl.config import Settings
from burl.errors import InputError, Retryable
from burl.pipelines import make_pipeline
from burl.receive.batch import StreamTable
from burl.receive.settings import ReceiveSettings
from burl.write import Store, WriteSettings, make_store
from burl.write.settings import OpenSearchSettings
from burl_opensearch.backfill import Journey, Summary, backfill
from burl_opensearch.reading.reader import Cursor, IndexReader
from burl_opensearch.reading.source import Source
from support.command_line import burl
from support.retries import SEEDED

pytestmark = [pytest.mark.integration, pytest.mark.oldest]

START_MS = 1_763_769_600_000
LINES = 6000
UNTIL_NS = (START_MS + 10 * LINES) * 1_000_000


def _line(number: int) -> dict[str, object]:
    """Return a document; many share a time, as logs in milliseconds do."""
    text = "kernel panic: not syncing" if number == 4321 else f"request {number} took {number % 50} ms"
    return {"@timestamp": START_MS + number // 7 * 10, "log": text, "kubernetes": {"pod_name": "cart-0"}}


@pytest.fixture
def logs(client: OpenSearch, prefix: str) -> str:
    """Three indices, one of two shards, one of nanoseconds."""
    name = f"{prefix}logs"
    client.indices.create(index=f"{name}-1", body={"settings": {"number_of_shards": 2}})
    mapping = {"properties": {"@timestamp": {"type": "date_nanos"}}}
    client.indices.create(index=f"{name}-2", body={"mappings": mapping})
    client.indices.put_mapping(index=f"{name}-1", body={"properties": {"@timestamp": {"type": "date"}}})
    for start in range(0, LINES, 2000):
        rows = []
        for number in range(start, start + 2000):
            action = {"index": {"_index": f"{name}-{1 + number % 2}", "_id": str(number)}}
            rows += [orjson.dumps(action), orjson.dumps(_line(number))]
        client.bulk(body=b"\n".join(rows) + b"\n")
    client.indices.create(index=f"{name}-3")
    client.indices.refresh(index=f"{name}-*")
    return f"{name}-*"


@dataclass
class Rig:
    """Runs backfills as separate processes would."""

    client: OpenSearch
    settings: OpenSearchSettings
    directory: Path
    source: Source

    def run(self, store: Store | None = None) -> Summary:
        journey = Journey(self.directory, self.source)
        pipeline = make_pipeline(Settings(), None, journey.position.pipeline)
        url, clock = self.settings.hosts[0], SystemClock()
        return backfill(
            journey,
            IndexReader(self.client, url, ReceiveSettings(), pipeline.streams, clock),
            pipeline,
            store or self.store(),
            clock=clock,
            sleep=lambda _: None,
            documents_per_second=None,
            progress=lambda _done, _total: None,
            save_seconds=0.0,
        )

    def store(self) -> Store:
        settings = WriteSettings(store="opensearch", opensearch=self.settings)
        return make_store(settings, SystemClock(), SEEDED, {})

    def found(self) -> list[str]:
        self.client.indices.refresh(index=f"{self.settings.prefix}_*")
        return [document["anomaly_id"] for document in self.store().annotations(limit=10_000)]


@pytest.fixture
def rig(client: OpenSearch, installed: OpenSearchSettings, logs: str, tmp_path: Path) -> Rig:
    return Rig(client, installed, tmp_path, Source(logs, 0, UNTIL_NS))


@contextmanager
def stumbling(store: Store, writes: int) -> Iterator[Store]:
    """Yield the store, gone after some writes."""
    outcomes = [*repeat(DEFAULT, writes), Retryable("gone")]
    with patch.object(store, "write", wraps=store.write, side_effect=outcomes):
        yield store


def test_every_document_is_read_once_in_order_of_time(rig: Rig) -> None:
    reader = IndexReader(rig.client, "url", ReceiveSettings(), StreamTable(), SystemClock())
    cursor = Cursor()
    batches = list(reader.read(rig.source, cursor))
    uids = [batch.origin.uid(index) for batch in batches for index in range(len(batch))]
    times = [time for batch in batches for time in batch.times_ns.tolist()]
    assert sorted(map(int, uids)) == list(range(LINES))
    assert times == sorted(times)
    assert cursor.documents == LINES == reader.count(rig.source)


def test_what_is_personal_in_a_document_is_replaced(
    client: OpenSearch, installed: OpenSearchSettings, prefix: str
) -> None:
    document = {
        "@timestamp": "2025-11-22T00:00:00Z",
        "log": "to a@example.org",
        "user": {"mail": "b@example.org"},
    }
    client.index(index=f"{prefix}personal", id="10.0.0.1", body=document, params={"refresh": "true"})
    settings = ReceiveSettings.model_validate({"redact": {"kinds": ["mail", "ip"]}})
    reader = IndexReader(client, installed.hosts[0], settings, StreamTable(), SystemClock())
    (batch,) = reader.read(Source(f"{prefix}personal", 0, UNTIL_NS))
    assert batch.bodies == ["to <mail>"]
    assert batch.origin.attributes(0)["user.mail"] == "<mail>"
    assert batch.origin.uid(0) == "10.0.0.1"


def test_a_range_and_a_term_narrow_it(rig: Rig) -> None:
    reader = IndexReader(rig.client, "url", ReceiveSettings(), StreamTable(), SystemClock())
    half = replace(rig.source, since_ns=(START_MS + 10 * 300) * 1_000_000)
    assert reader.count(half) == LINES - 2100
    assert reader.count(replace(rig.source, terms=(("kubernetes.pod_name", "cart-0"),))) == LINES
    assert reader.count(replace(rig.source, terms=(("kubernetes.pod_name", "cart-1"),))) == 0
    with pytest.raises(InputError, match="has no index nosuch"):
        list(reader.read(replace(rig.source, index="nosuch")))


def test_a_backfill_that_was_killed_continues(rig: Rig) -> None:
    whole = rig.run()
    expected = sorted(rig.found())
    assert whole.documents == LINES
    assert len(expected) == whole.annotations > 0
    rig.client.indices.delete(
        index=",".join(rig.client.indices.get(index=f"{rig.settings.prefix}_anomalies-*"))
    )
    again = replace(rig, directory=rig.directory / "again")
    with pytest.raises(Retryable), stumbling(again.store(), 2) as store:
        again.run(store)
    resumed = again.run()
    assert (resumed.resumed, resumed.documents) == (True, LINES)
    assert sorted(rig.found()) == expected


def test_a_data_stream_is_read_across_its_rollovers(
    client: OpenSearch, installed: OpenSearchSettings, prefix: str, tmp_path: Path
) -> None:
    stream = f"{prefix}logs-stream"
    client.indices.put_index_template(
        name=stream, body={"index_patterns": [stream], "data_stream": {}, "priority": 500}
    )
    for start in (0, 2000, 4000):
        rows = []
        for number in range(start, start + 2000):
            rows += [b'{"create": {}}', orjson.dumps(_line(number))]
        assert not client.bulk(body=b"\n".join(rows) + b"\n", index=stream)["errors"]
        client.indices.rollover(alias=stream)
    client.indices.refresh(index=stream)
    rig = Rig(client, installed, tmp_path, Source(stream, 0, UNTIL_NS))
    with pytest.raises(Retryable), stumbling(rig.store(), 2) as store:
        rig.run(store)
    resumed = rig.run()
    assert (resumed.resumed, resumed.documents) == (True, LINES)
    assert len(rig.found()) == len(set(rig.found())) > 0
    client.indices.delete_data_stream(name=stream)


def test_the_command(rig: Rig, logs: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    options = ["--url", rig.settings.hosts[0], "--state", tmp_path / "state", "--json"]
    config = tmp_path / "burl.yaml"
    config.write_text(f"write: {{opensearch: {{prefix: {rig.settings.prefix}}}}}")
    since = "2025-11-22T00:00:00Z"
    result = burl(capsys, "backfill", "--index", logs, "--since", since, "--config", config, *options)
    assert (result.code, result.err) == (0, "")
    assert orjson.loads(result.out)["documents"] == LINES


def test_scoring_an_index(rig: Rig, logs: str, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"opensearch://{rig.settings.hosts[0].removeprefix('http://')}/{logs}"
    result = burl(capsys, "score", "--input", address, "--json")
    assert (result.code, result.err) == (0, "")
    assert "kernel panic" in result.out
