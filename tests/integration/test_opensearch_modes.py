"""Ways of writing: logs written by the agent, and marks on logs of others; resends included."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from opensearchpy import OpenSearch

from burl.clock import SystemClock
from burl.config import Settings
from burl.decide import Findings, LogRecords
from burl.engine.raw_logs import raw_log, raw_log_index
from burl.errors import Retryable
from burl.pipelines import make_pipeline
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings
from burl.write import WriteSettings, make_store
from burl.write.counters import WriteCounters
from burl.write.opensearch import connect
from burl.write.opensearch.update import UpdateSink
from burl.write.settings import OpenSearchSettings, UpdateSettings
from support.logs import log_page
from support.retries import SEEDED, seeded_retry
from support.samples import annotation, uid_of

pytestmark = [pytest.mark.integration, pytest.mark.oldest]

LINES = 300


def _enriched(folder: Path, write: WriteSettings) -> list[Findings]:
    """Return what lines of a file lead to where the agent writes the logs."""
    lines = [f"2025-11-22T10:{n // 60:02}:{n % 60:02}Z request {n} took {n % 50} ms" for n in range(LINES)]
    (folder / "cart.log").write_text("\n".join([*lines, "    at Cart.java:12"]) + "\n")
    pipeline = make_pipeline(Settings(write=write), None, None)
    reader = FileReader(ReceiveSettings(), pipeline.streams, SystemClock())
    return [pipeline.process(batch) for batch in reader.read([folder / "cart.log"])]


def test_logs_are_written_once_with_their_template(
    client: OpenSearch, installed: OpenSearchSettings, tmp_path: Path
) -> None:
    write = WriteSettings(store="opensearch", mode="enrich", opensearch=installed)
    counters = WriteCounters()
    store = make_store(write, SystemClock(), SEEDED, {"opensearch": counters})
    for _ in range(2):  # the second is a resend
        for findings in _enriched(tmp_path, write):
            store.write(findings)
    store.close()
    assert counters.retries == 0
    index = f"{installed.prefix}_logs-default-default-2025.11.22"
    client.indices.refresh(index=index)
    found = client.search(index=index, body={"size": LINES + 9, "sort": ["@timestamp", "log.record.uid"]})
    documents = [hit["_source"] for hit in found["hits"]["hits"]]
    assert len(documents) == LINES + 1
    assert documents[0]["log.record.template"] == "request <*> took <*> ms"
    assert [each["body"] for each in documents if "log.record.template" not in each] == [
        "    at Cart.java:12"
    ]
    assert {hit["_id"] for hit in found["hits"]["hits"]} == {each["log.record.uid"] for each in documents}
    found = client.count(index=index, body={"query": {"exists": {"field": "log.template.id"}}})
    assert found["count"] == LINES
    link = raw_log(raw_log_index(write), documents[7]["log.record.uid"])
    query = {"query_string": {"query": link["raw_log.query"]}}
    found = client.search(index=link["raw_log.index"], body={"query": query})
    assert [hit["_source"] for hit in found["hits"]["hits"]] == [documents[7]]


def test_a_log_that_opensearch_refuses_is_a_dead_letter_and_the_others_are_stored(
    client: OpenSearch, installed: OpenSearchSettings
) -> None:
    small = installed.model_copy(update={"bulk_max_bytes": 1024})
    store = make_store(WriteSettings(store="opensearch", opensearch=small), SystemClock(), SEEDED, {})
    uids = [f"uid {number}" for number in range(40)]
    pages = [log_page([uid], day=number // 2, text="x" * 100) for number, uid in enumerate(uids)]
    pages[7] = log_page(["uid 7"], day=3, severity="high")
    for _ in range(2):
        store.write(Findings(logs=LogRecords(pages)))
    client.indices.refresh(index=f"{installed.prefix}_*")
    (letter,) = store.dead_letters()
    assert letter["anomaly_id"] == "uid 7"
    assert orjson.loads(letter["original"])["severity.number"] == "high"
    store.close()
    found = client.search(index=f"{installed.prefix}_logs-*", body={"size": 100})["hits"]["hits"]
    assert {hit["_id"] for hit in found} == set(uids) - {"uid 7"}
    assert len({hit["_index"] for hit in found}) == 20


@pytest.fixture
def raw(client: OpenSearch, prefix: str) -> str:
    """An index of logs as Fluent Bit writes them, mapped dynamically; half of them are nested."""
    index = f"{prefix}raw"
    for number in range(4):
        uid = {"log_record_uid": uid_of(number)}
        nested = {"log": {"record": {"uid": uid_of(number)}}, "message": "x"}
        client.index(index=index, id=str(number), body=nested if number % 2 else uid)
    client.indices.refresh(index=index)
    return index


def _sink(installed: OpenSearchSettings, index: str, seconds: float = 30.0) -> UpdateSink:
    settings = UpdateSettings(index=index, uid_fields=["log.record.uid", "log_record_uid"])
    return UpdateSink(connect(installed), installed.hosts[0], settings, seeded_retry(seconds))


def _marks(client: OpenSearch, index: str) -> dict[str, Any]:
    client.indices.refresh(index=index)
    hits = client.search(index=index)["hits"]["hits"]
    return {hit["_id"]: hit["_source"]["burl"]["anomaly"] for hit in hits if "burl" in hit["_source"]}


def test_flagged_logs_are_marked_where_they_are(
    client: OpenSearch, installed: OpenSearchSettings, raw: str
) -> None:
    sink = _sink(installed, raw)
    other = annotation(1, anomaly_grade=0.9)
    other.id = "another"
    findings = Findings([annotation(0), annotation(1), other])
    for _ in range(2):
        sink.write(findings)
    sink.write(Findings([annotation(1)]))
    sink.close()
    marks = _marks(client, raw)
    assert set(marks) == {"0", "1"}
    assert marks["0"] == {"grade": 0.25, "ids": [annotation(0).id], "template": "disk <*> is full"}
    assert marks["1"]["grade"] == 0.9
    assert marks["1"]["ids"] == sorted([annotation(1).id, "another"])


def test_a_log_that_comes_later_is_waited_for(
    client: OpenSearch, installed: OpenSearchSettings, raw: str
) -> None:
    sink = _sink(installed, raw, seconds=0.0)
    late = Findings([annotation(0), annotation(7)])
    with pytest.raises(Retryable, match="1 log documents are not in"):
        sink.write(late)
    client.index(index=raw, id="7", body={"log_record_uid": uid_of(7)}, refresh=True)
    sink.close()
    sink = _sink(installed, raw)
    sink.write(late)
    sink.close()
    assert set(_marks(client, raw)) == {"0", "7"}
