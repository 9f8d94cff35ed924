"""Attributes as JSON by columns, where all records have the same ones."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from burl.receive.json_columns import json_columns
from burl.receive.records import Records
from burl.receive.values import attributes

TEXT = st.text(st.characters(codec="utf-8"), max_size=150)
KEYS = st.lists(TEXT.filter(lambda key: len(key.encode()) < 128), min_size=1, max_size=5, unique=True)
VALUES = st.one_of(
    TEXT.map(lambda text: AnyValue(string_value=text)),
    st.integers(-(2**63), 2**63 - 1).map(lambda number: AnyValue(int_value=number)),
    st.builds(AnyValue, bool_value=st.booleans()),
    st.just(AnyValue()),
)
SHORT = st.builds(AnyValue, int_value=st.integers(0, 2**50) | st.integers(0, 300))
USUAL = st.sampled_from(["", "a", 'say "x"\n', "é" * 70]).map(lambda text: AnyValue(string_value=text))


def _records(rows: list[list[bytes]]) -> Records:
    """Return records with these serialised attributes, each behind its tag and its length of two bytes."""
    framed = ([b"\x32" + bytes([len(raw) & 0x7F | 0x80, len(raw) >> 7]) + raw for raw in row] for row in rows)
    return Records(list(map(b"".join, framed)))


def _entry(key: str, value: AnyValue) -> bytes:
    return KeyValue(key=key, value=value).SerializeToString()


def _said(columns: list[list[bytes]]) -> list[dict[str, Any]]:
    return [json.loads(json.loads(b'"{%b}"' % b",".join(row))) for row in zip(*columns, strict=True)]


@given(st.data(), KEYS.filter(all))
def test_columns_say_what_each_record_alone_decodes_to(data: st.DataObject, keys: list[str]) -> None:
    kinds = [data.draw(st.sampled_from([VALUES, USUAL, SHORT])) for _ in keys]
    count = data.draw(st.integers(1, 12))
    pairs = [list(zip(keys, kinds, strict=True)) for _ in range(count)]
    rows = [[_entry(key, data.draw(kind)) for key, kind in row] for row in pairs]
    columns = json_columns(_records(rows))
    if count > 8:  # fewer are walked one by one, and their attributes are not cut by place
        assert columns is not None
    if columns is not None:
        expected = [json.loads(json.dumps(attributes(row))) for row in rows]
        assert _said(columns) == expected
        assert [list(said) for said in _said(columns)] == [list(said) for said in expected]


@given(
    st.lists(st.lists(st.builds(_entry, st.sampled_from("ab"), USUAL) | st.binary(max_size=9), max_size=4)),
    st.integers(1, 5),
)
@example([[_entry(key, AnyValue()) for key in order] for order in ("ab", "ba")], 1)
def test_records_unlike_each_other_have_no_columns_or_right_ones(rows: list[list[bytes]], times: int) -> None:
    columns = json_columns(_records(rows * times))
    if columns:
        expected = [json.loads(json.dumps(attributes(row))) for row in rows * times]
        assert list(map(str, _said(columns))) == list(map(str, expected))  # in the same order, too
