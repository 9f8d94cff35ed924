"""Log records as documents."""

from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.clock import SystemClock
from burl.decide import Findings, LogPage, LogRecord, LogRecords
from burl.decide.annotation import SCHEMA_VERSION
from burl.decide.enrich import log_records
from burl.decide.times import DAY_NS, rfc3339
from burl.parse import CONTINUATION, Catalogue
from burl.parse.catalogue import Template
from burl.receive.batch import Batch, Identity, Origin, StreamTable
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
    records = list(log_records(batch, templates, catalogue, streams, found).records())
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
    assert [record.time_ns for record in records] == batch.times_ns.tolist()


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
    records = list(log_records(batch, np.array([0, 0, 0]), catalogue, streams, []).records())
    assert len({record.id for record in records}) == 3
    assert all(len(record.id) == 64 for record in records)
    assert [record.document["trace_id"] for record in records] == [f"{n:032x}" for n in range(3)]


class Said(Origin):
    """Ids, traces and attributes as they are given."""

    def __init__(self, uids: list[str], trace_ids: list[str]) -> None:
        self._uids, self._trace_ids = uids, trace_ids

    def uid(self, index: int) -> str:
        return self._uids[index]

    def attributes(self, index: int) -> dict[str, Any]:
        return {"body": self._uids[index]} if self._trace_ids[index] else {}

    def trace_id(self, index: int) -> str:
        return self._trace_ids[index]

    def span_id(self, index: int) -> str:
        return self._trace_ids[index][:16]


ROWS = st.lists(
    st.tuples(
        st.text(st.characters(codec="utf-8")),
        st.text(st.characters(codec="utf-8"), min_size=1),
        st.sampled_from(["", "0af7651916cd43dd8448eb211c80319c"]),
        st.integers(0, 2**62),
        st.integers(0, 24),
        st.sampled_from([CONTINUATION, 0]),
    )
)


@given(ROWS)
def test_a_document_is_what_a_dict_of_it_would_be(rows: list[tuple[Any, ...]]) -> None:
    bodies, uids, traces, times_ns, severities, templates = (
        map(list, zip(*rows, strict=True)) if rows else [[]] * 6
    )
    streams, catalogue = StreamTable(), Catalogue()
    stream = streams.add(Identity("shop", "cart-1", "cart", "cart", {"service.name": "cart"}))
    catalogue.add(Template("id0", 'say "<*>"'))
    batch = Batch(
        bodies=bodies,
        times_ns=np.array(times_ns, dtype=np.int64),
        timed=np.ones(len(rows), dtype=np.bool_),
        streams=np.full(len(rows), stream),
        severities=np.array(severities, dtype=np.int64),
        sender="",
        arrival_ns=0,
        origin=Said(uids, traces),
    )
    logs = log_records(batch, np.array(templates, dtype=np.int64), catalogue, streams, [])
    records = list(logs.records())
    assert len(records) == len(logs) == len(rows)
    assert [day for page in logs.pages for day in [page.day] * page.count] == [t // DAY_NS for t in times_ns]
    for record, (body, uid, trace, time_ns, severity, template) in zip(records, rows, strict=True):
        plain = {
            "@timestamp": rfc3339(time_ns),
            "service.name": "cart",
            "log.record.template": 'say "<*>"' if template == 0 else "",
            "log.template.id": "id0" if template == 0 else "",
            "severity.number": severity,
            "body": body,
            "log.record.uid": uid,
            "trace_id": trace,
            "span_id": trace[:16],
            "attributes": orjson.dumps({"body": uid} if trace else {}).decode(),
            "schema_version": SCHEMA_VERSION,
        }
        assert list(record.document.items()) == [(k, v) for k, v in plain.items() if v]


def test_an_older_state_holds_log_records_one_by_one() -> None:
    page = LogPage(20_000, 1, b'{"create":{"_id":"uid"}}\n{"body":"disk full"}\n')
    findings = Findings(logs=LogRecords([page]))
    assert list(findings.logs.records()) == [LogRecord("uid", b'{"body":"disk full"}')]
    for document in ({"body": "disk full"}, b'{"body":"disk full"}'):
        old = [*findings.state()[:4], [["uid", 20_000 * DAY_NS + 5, document]]]
        assert Findings.from_state(old) == findings
    assert Findings.from_state(findings.state()) == findings
