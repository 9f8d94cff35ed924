"""Log records as documents."""

from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import orjson
import pytest

from burl.clock import SystemClock
from burl.decide import Findings, LogRecord
from burl.decide.enrich import log_records
from burl.parse import CONTINUATION, Catalogue
from burl.parse.catalogue import Template
from burl.receive.batch import Batch, Origin, StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings
from burl_opensearch.schemas import schema
from support.samples import annotation

LINES = ["2025-11-22T10:00:00Z disk 7 is full", "    at Disk.java:12", "2025-11-22T10:00:01Z disk 8 is full"]


@pytest.fixture
def streams() -> StreamTable:
    return StreamTable()


@pytest.fixture
def batch(tmp_path: Path, streams: StreamTable) -> Batch:
    (tmp_path / "cart.log").write_text("\n".join(LINES) + "\n")
    (batch,) = FileReader(ReceiveSettings(), streams, SystemClock()).read([tmp_path / "cart.log"])
    return batch


@pytest.fixture
def catalogue() -> Catalogue:
    catalogue = Catalogue()
    catalogue.add(Template("id0", "disk <*> is full"))
    return catalogue


def test_each_record_is_a_document_with_its_template_and_grade(
    batch: Batch, catalogue: Catalogue, streams: StreamTable
) -> None:
    found = [annotation(n, anomaly_grade=grade) for n, grade in ((1, 0.5), (2, 0.9))]
    for one in found:
        one.document["log.record.uid"] = batch.origin.uid(2)
    templates = np.array([0, CONTINUATION, 0])
    records = log_records(batch, templates, catalogue, streams, found)
    documents = [record.document for record in records]
    for document in documents:
        jsonschema.validate(document, schema("log"))
    assert [document["body"] for document in documents] == LINES
    assert [document.get("log.template.id") for document in documents] == ["id0", None, "id0"]
    assert [document.get("burl.anomaly.grade") for document in documents] == [None, None, 0.9]
    assert documents[2]["burl.anomaly.id"] == [one.id for one in found]
    assert documents[0]["service.name"] == "cart"
    assert orjson.loads(documents[0]["attributes"])["log.file.line"] == 1
    assert [record.id for record in records] == [batch.origin.uid(index) for index in range(3)]


def test_an_id_that_opensearch_would_refuse_is_hashed(
    batch: Batch, catalogue: Catalogue, streams: StreamTable
) -> None:
    class LongIds(Origin):
        def uid(self, index: int) -> str:
            return f"{index}" * 600

        def attributes(self, index: int) -> dict[str, Any]:
            return {"number": index}

        def trace_id(self, index: int) -> str:
            return f"{index:032x}"

        def span_id(self, index: int) -> str:
            return f"{index:016x}"

    batch.origin = LongIds()
    records = log_records(batch, np.array([0, 0, 0]), catalogue, streams, [])
    assert len({record.id for record in records}) == 3
    assert all(len(record.id) == 64 for record in records)
    assert [record.document["trace_id"] for record in records] == [f"{n:032x}" for n in range(3)]


def test_an_older_state_holds_log_records_as_documents() -> None:
    record = LogRecord("uid", 5, b'{"body":"disk full"}')
    findings = Findings(logs=[record])
    old = [*findings.state()[:4], [["uid", 5, {"body": "disk full"}]]]
    assert Findings.from_state(old) == Findings.from_state(findings.state()) == findings
