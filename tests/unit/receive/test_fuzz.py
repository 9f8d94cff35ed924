"""The decoder meets arbitrary bytes: Undecodable is all that may come of it."""

from collections import Counter
from contextlib import suppress
from typing import Any

from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from burl.errors import Undecodable
from burl.receive.batch import Batch, StreamTable
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings

NOW = 1_795_350_000 * 10**9
WORDS = st.sampled_from(
    [
        "",
        "log",
        "message",
        "kubernetes",
        "pod_name",
        "log.file.path",
        "log.record.uid",
        "fluent_tag",
        "\0",
        "é",
    ]
)


def any_values() -> st.SearchStrategy[AnyValue]:
    scalars = st.one_of(
        st.just(AnyValue()),
        st.builds(AnyValue, string_value=st.text()),
        st.builds(AnyValue, bytes_value=st.binary()),
        st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
        st.builds(AnyValue, double_value=st.floats()),
        st.builds(AnyValue, bool_value=st.booleans()),
    )
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.builds(AnyValue, array_value=st.builds(ArrayValue, values=st.lists(inner))),
            st.builds(AnyValue, kvlist_value=st.builds(KeyValueList, values=st.lists(key_values(inner)))),
        ),
        max_leaves=8,
    )


def key_values(values: st.SearchStrategy[AnyValue]) -> st.SearchStrategy[KeyValue]:
    return st.builds(KeyValue, key=st.one_of(WORDS, st.text()), value=values)


RECORDS = st.builds(
    LogRecord,
    time_unix_nano=st.one_of(st.integers(0, 2**64 - 1), st.integers(NOW - 10, NOW + 10)),
    observed_time_unix_nano=st.integers(0, 2**64 - 1),
    severity_number=st.integers(0, 24),
    severity_text=st.text(),
    body=any_values(),
    attributes=st.lists(key_values(any_values()), max_size=4),
    trace_id=st.binary(max_size=16),
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    message = ExportLogsServiceRequest()
    for _ in range(draw(st.integers(0, 2))):
        logs = message.resource_logs.add()
        logs.resource.attributes.extend(draw(st.lists(key_values(any_values()), max_size=2)))
        for _ in range(draw(st.integers(0, 2))):
            logs.scope_logs.add().log_records.extend(draw(st.lists(RECORDS, max_size=4)))
    return message.SerializeToString()


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(requests()))
    for _ in range(draw(st.integers(1, 4)) if raw else 0):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw)


def looked_at(raw: bytes) -> list[tuple[Any, ...]]:
    """Decode, and ask for everything that can be asked for."""
    streams = StreamTable()
    batches = list(Decoder(ReceiveSettings(), streams).decode(raw, "peer", NOW))
    return [row(batch, streams, index) for batch in batches for index in range(len(batch))]


def row(batch: Batch, streams: StreamTable, index: int) -> tuple[Any, ...]:
    origin = batch.origin
    return (
        batch.bodies[index],
        int(batch.times_ns[index]),
        bool(batch.timed[index]),
        streams.identity(int(batch.streams[index])),
        int(batch.severities[index]),
        origin.uid(index),
        repr(origin.attributes(index)),
        origin.trace_id(index),
        origin.span_id(index),
    )


@given(st.one_of(st.binary(), mangled()))
def test_nothing_but_undecodable_is_raised(raw: bytes) -> None:
    with suppress(Undecodable):
        looked_at(raw)


@given(requests())
def test_decoding_is_a_function_of_the_request(raw: bytes) -> None:
    assert looked_at(raw) == looked_at(raw)


@given(st.one_of(requests(), mangled()))
def test_every_record_that_stock_protobuf_reads_comes_out(raw: bytes) -> None:
    try:
        stock = ExportLogsServiceRequest.FromString(raw)
    except DecodeError:
        return
    records = [r for logs in stock.resource_logs for scope in logs.scope_logs for r in scope.log_records]
    batches = list(Decoder(ReceiveSettings(), StreamTable()).decode(raw, "peer", NOW))
    assert sum(map(len, batches)) == len(records)
    bodies = Counter(body for batch in batches for body in batch.bodies)
    texts = Counter(
        record.body.string_value.rstrip("\r\n") for record in records if record.body.HasField("string_value")
    )
    assert texts <= bodies, "a batch is in order of time, not in the sender's"
