"""What is found by columns is what a look at each attribute's first bytes finds."""

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from burl.receive.attribute_finder import AttributeFinder
from burl.receive.records import Records

NAMES = ["", "k8s", "log.file.name", "log.file.path", "kubernetes.namespace_name", "n" * 127, "n" * 128]
NEAR = ["log.file.same", "log.rate.path", "kubernetes.container_name", "kubernetes.namespacE_name", "k9s"]
KEYS = st.sampled_from([*NAMES, *NEAR]) | st.text(max_size=20)
SOUND = st.builds(KeyValue, key=KEYS, value=st.builds(AnyValue, string_value=st.text(max_size=9)))
CUT = st.builds(lambda key, size: KeyValue(key=key).SerializeToString()[:size], KEYS, st.integers(1, 12))
ATTRIBUTES = st.lists(SOUND.map(KeyValue.SerializeToString) | CUT | st.binary(max_size=9), max_size=5)


def serialised(attributes: list[bytes]) -> bytes:
    framed = (b"\x32" + bytes([len(raw) & 0x7F | 0x80, len(raw) >> 7]) + raw for raw in attributes)
    return LogRecord(time_unix_nano=7).SerializeToString() + b"".join(framed)


def starts_with_name(raw: bytes) -> bool:
    heads = [b"\n" + bytes([len(name)]) + name.encode() for name in NAMES if len(name) < 128]
    return any(raw.startswith(head) for head in heads)


@given(st.lists(ATTRIBUTES, max_size=12))
def test_attributes_are_found_by_their_keys(of_records: list[list[bytes]]) -> None:
    finder, records = AttributeFinder(NAMES), Records([serialised(each) for each in of_records])
    rows, starts, ends = finder.find(records)
    places = zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True)
    found = [(row, records.text[start:end]) for row, start, end in places]
    whole = [(row, raw) for row, raws in enumerate(of_records) for raw in raws if starts_with_name(raw)]
    assert [pair for pair in found if finder.knows(pair[1])] == whole
    assert all(records.text[start:].startswith(b"\n") for start in starts.tolist())


def test_without_names_nothing_is_found() -> None:
    records = Records([serialised([KeyValue(key="k8s").SerializeToString()])])
    assert not len(AttributeFinder([]).find(records).rows)


def test_among_many_keys_at_one_place_each_is_found() -> None:
    keys = [f"label-{row}" for row in range(40)]
    records = Records([serialised([KeyValue(key=key).SerializeToString()]) for key in keys])
    assert AttributeFinder(keys[1::2]).find(records).rows.tolist() == list(range(1, 40, 2))
