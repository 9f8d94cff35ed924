"""Records told to be alike have the same attributes; those of a pod, as it sends them, are told to be."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from burl.receive.alike import first_alike
from burl.receive.attribute_finder import AttributeFinder
from burl.receive.records import Records

VALUES = st.sampled_from(["", "a", "b", "a" * 70, "b" + "a" * 69, "a" * 30 + "b" + "a" * 39, "a" * 69 + "\0"])
PAIRS = st.tuples(st.sampled_from(["k", "name", "other"]), VALUES)


def serialised(pairs: list[tuple[str, str]]) -> bytes:
    attributes = [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in pairs]
    return LogRecord(time_unix_nano=7, attributes=attributes).SerializeToString()


def naming(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] != "other"]


@given(st.lists(st.tuples(st.lists(PAIRS, max_size=3), st.integers(0, 1)), max_size=20))
def test_those_told_to_be_alike_are(given_records: list[tuple[list[tuple[str, str]], int]]) -> None:
    records = Records([serialised(pairs) for pairs, _ in given_records])
    kinds = np.array([kind for _, kind in given_records], dtype=np.int64)
    firsts = first_alike(records, AttributeFinder(["k", "name"]).find(records), kinds).tolist()
    for row, first in enumerate(firsts):
        assert first <= row
        assert firsts[first] == first
        (mine, my_kind), (theirs, their_kind) = given_records[row], given_records[first]
        assert (naming(mine), my_kind) == (naming(theirs), their_kind)


def test_a_pods_records_are_told_to_be_alike() -> None:
    pods = [[("name", f"pod-{row % 7}"), ("other", str(row)), ("k", "x" * (row % 7))] for row in range(50)]
    records = Records([serialised(pairs) for pairs in pods])
    found = AttributeFinder(["k", "name"]).find(records)
    kinds = np.zeros(50, dtype=np.int64)
    assert first_alike(records, found, kinds).tolist() == [row % 7 for row in range(50)]
