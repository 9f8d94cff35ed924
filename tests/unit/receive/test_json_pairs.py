"""KeyValues as JSON inside a JSON string."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from burl.receive.json_pairs import JsonPairs
from burl.receive.values import attributes

TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
VALUES = st.one_of(
    TEXT.map(lambda text: AnyValue(string_value=text)),
    st.integers(-(2**63), 2**63 - 1).map(lambda number: AnyValue(int_value=number)),
    st.booleans().map(lambda flag: AnyValue(bool_value=flag)),
    st.just(AnyValue()),
)
ENTRIES = st.builds(lambda key, value: KeyValue(key=key, value=value).SerializeToString(), TEXT, VALUES)


@given(st.lists(st.lists(ENTRIES | st.binary(max_size=20), max_size=6), max_size=6))
def test_a_string_holds_what_each_entry_alone_decodes_to(records: list[list[bytes]]) -> None:
    pairs = JsonPairs(raw for entries in records for raw in entries)
    for entries in records:
        said: dict[str, Any] = json.loads(json.loads(pairs.string(entries)))
        assert said == json.loads(json.dumps(attributes(entries)))


def test_of_two_entries_with_one_key_the_later_wins() -> None:
    entries = [
        KeyValue(key="a", value=AnyValue(string_value=value)).SerializeToString() for value in ('x"', "\\y")
    ]
    assert json.loads(json.loads(JsonPairs(entries).string(entries))) == {"a": "\\y"}
