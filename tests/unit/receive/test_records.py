"""Columns of records say what protobuf says of each, whatever its bytes."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from burl.receive.bodies import BodyDecoder
from burl.receive.counters import ReceiveCounters
from burl.receive.records import Records
from burl.receive.settings import ReceiveSettings
from burl.receive.wire import canonical_record, log_record

U64 = st.integers(0, 2**64 - 1)
VALUES = st.one_of(
    st.builds(AnyValue, string_value=st.text(max_size=300)),
    st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
    st.just(AnyValue()),
)
RECORDS = st.builds(
    LogRecord,
    time_unix_nano=U64,
    observed_time_unix_nano=U64,
    severity_text=st.text(max_size=8),
    body=VALUES,
    attributes=st.lists(st.builds(KeyValue, key=st.text(max_size=200), value=VALUES), max_size=4),
    dropped_attributes_count=st.integers(0, 300),
    flags=st.integers(0, 2**32 - 1),
    trace_id=st.binary(max_size=16),
    span_id=st.binary(max_size=8),
    event_name=st.text(max_size=8),
)
UNKNOWN = st.sampled_from([b"", b"\xa0\x06\x01", b"\x9a\x06\x03abc", b"\x23\x24", b"\x2a\x02\x0a\x00"])
"""Fields of later versions of the protocol, a group, and a body given twice."""


@st.composite
def serialised(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(RECORDS).SerializeToString() + draw(UNKNOWN))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2])) if raw else 0):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw)


def hexadecimal(raw: bytes) -> str:
    return raw.hex() if any(raw) else ""


@given(st.lists(serialised(), max_size=6), st.sampled_from([1, 4]))
def test_columns_say_what_protobuf_says(raws: list[bytes], times: int) -> None:
    raws = raws * times  # a few are walked over plainly, more in steps
    columns = Records(raws)
    sound = [raw for raw in raws if canonical_record(raw) is not None]
    assert columns.damaged == [raw for raw in raws if canonical_record(raw) is None]
    assert [raws[place] for place in columns.sound] == sound
    assert len(columns) == len(sound)
    for row, record in enumerate(map(log_record, sound)):
        assert columns.said[row] == record.time_unix_nano
        assert columns.observed[row] == record.observed_time_unix_nano
        number = record.severity_number
        assert columns.severity_numbers[row] == (number if 0 <= number < 127 else 127)
        start, end = (int(column[row]) for column in columns.severity_texts)
        assert columns.text[start:end] == record.severity_text
        assert columns.body(row) == record.body
        assert columns.entries(row)[: len(record.attributes)] == list(record.attributes)
        assert columns.trace_ids[row] == hexadecimal(record.trace_id)
        assert columns.span_ids[row] == hexadecimal(record.span_id)


@given(st.integers(0, 2**22))
def test_a_record_of_any_length_is_read(size: int) -> None:
    long = LogRecord(body=AnyValue(string_value="x" * size))
    columns = Records([long.SerializeToString(), LogRecord(time_unix_nano=7).SerializeToString()])
    start, end = (int(column[0]) for column in columns.strings)
    assert columns.text[start:end] == b"x" * size
    assert columns.said.tolist() == [0, 7]


def test_making_texts_of_bodies_leaves_records_as_they_came() -> None:
    bodies = [AnyValue(string_value="line\n"), AnyValue(int_value=7)]
    columns = Records([LogRecord(body=body).SerializeToString() for body in bodies])
    assert BodyDecoder(ReceiveSettings(), ReceiveCounters(), None).texts(columns, np.array([1, 0])) == [
        "7",
        "line",
    ]
    assert [columns.body(row) for row in range(2)] == [body.SerializeToString() for body in bodies]


@pytest.mark.parametrize("others", [0, 100])
def test_a_record_of_very_many_fields_takes_little_memory(others: int) -> None:
    usual = LogRecord(severity_text="INFO", attributes=[KeyValue(key="a")]).SerializeToString()
    huge = b"\x32\x00\x1a\x00" * 20_000 + usual
    raws = [usual] * others + [huge] + [usual] * others
    tracemalloc.start()
    columns = Records(raws)
    assert tracemalloc.get_traced_memory()[1] < 60 * sum(map(len, raws))
    tracemalloc.stop()
    assert [len(columns.entries(row)) for row in range(len(raws))] == [1] * others + [20_001] + [1] * others
    starts, ends = (column[others] for column in columns.severity_texts)
    assert columns.text[starts:ends] == b"INFO"
