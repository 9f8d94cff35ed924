"""Requests -> batches: event time, uids, identity, limits, and what one bad record may cost."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from burl.errors import Undecodable
from burl.receive.batch import StreamTable
from burl.receive.otlp import MAX_RECORDS, Decoder
from burl.receive.settings import ReceiveSettings
from support.otlp import NOW_NS, SECOND_NS, any_value, decode, one, record, request, uids

HOUR_NS = 3600 * SECOND_NS


@pytest.mark.parametrize(
    ("said", "observed", "time_ns", "timed"),
    [
        (NOW_NS - 5, 0, NOW_NS - 5, True),
        (NOW_NS + HOUR_NS, 0, NOW_NS + HOUR_NS, True),
        (NOW_NS + HOUR_NS + 1, 0, NOW_NS - 100, False),
        (0, 0, NOW_NS - 100, False),
        (0, NOW_NS - 7, NOW_NS - 7, False),
        (0, 1, NOW_NS - 100, False),
        (0, NOW_NS + 2 * HOUR_NS, NOW_NS - 100, False),
        (946_684_800 * SECOND_NS - 1, 0, NOW_NS - 100, False),
        (946_684_800 * SECOND_NS, 0, 946_684_800 * SECOND_NS, True),
        (2**64 - 1, 2**64 - 1, NOW_NS - 100, False),
    ],
)
def test_event_time(said: int, observed: int, time_ns: int, timed: bool) -> None:
    batch = one(
        request([record(time_ns=NOW_NS - 100), record(time_ns=said, observed_time_unix_nano=observed)])
    )
    assert batch.times_ns.tolist() == [NOW_NS - 100, time_ns]
    assert batch.timed.tolist() == [True, timed]


def test_the_first_record_without_time_takes_the_arrival_and_the_next_ones_follow() -> None:
    batch = one(
        request([record(time_ns=0), record(time_ns=0), record(time_ns=NOW_NS - 9), record(time_ns=0)])
    )
    assert batch.times_ns.tolist() == [NOW_NS, NOW_NS, NOW_NS - 9, NOW_NS - 9]


def test_the_record_before_may_be_in_the_slice_before() -> None:
    times = [NOW_NS - 50] * MAX_RECORDS + [0]
    batches = decode(request(record(time_ns=time_ns) for time_ns in times))
    assert batches[1].times_ns.tolist() == [NOW_NS - 50]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("plain", "plain"),
        ("x" * 127, "x" * 127),
        ("x" * 128, "x" * 128),
        ("x" * 16_383, "x" * 16_383),
        ("x" * 16_384, "x" * 16_384),
        ("joined\n  lines\n", "joined\n  lines"),
        ("", ""),
        (None, ""),
        ("nul \0 inside", "nul \0 inside"),
        (b"raw bytes", "raw bytes"),
        (True, "true"),
        (7, "7"),
        (1.5, "1.5"),
        (["a", 1], '["a",1]'),
        ({"log": "from the map", "message": "second choice"}, "from the map"),
        ({"message": "second choice"}, "second choice"),
        ({"log": ""}, ""),
        ({"log": {"b": 1, "a": 2}}, '{"a":2,"b":1}'),
        ({"b": 1, "a": None, "kubernetes": {"pod_name": "p"}}, '{"a":null,"b":1}'),
        ({}, "{}"),
    ],
)
def test_bodies(body: Any, text: str) -> None:
    assert one(request([record(body)])).bodies == [text]


def test_the_keys_of_a_map_body_are_a_setting() -> None:
    raw = request([record({"log": "no", "text": "yes"})])
    assert one(raw, body_keys=("text",)).bodies == ["yes"]


def delimited(field: int, payload: bytes) -> bytes:
    """Serialise a length-delimited field, also one deeper than protobuf's own limit."""
    size, length = len(payload), bytearray()
    while size >= 0x80:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([field << 3 | 2, *length, size]) + payload


def test_a_value_nested_without_end_is_cut_off() -> None:
    deep = any_value("bottom").SerializeToString()
    for _ in range(20_000):
        deep = delimited(5, delimited(1, deep))
    nested, plain = delimited(2, delimited(5, deep)), delimited(2, record("next").SerializeToString())
    bodies = one(delimited(1, delimited(2, nested + plain))).bodies
    assert bodies == ["[" * 64 + "null" + "]" * 64, "next"]


def test_invalid_utf8_is_replaced_and_counted() -> None:
    decoder = Decoder(ReceiveSettings(), StreamTable())
    raw = request([record("caf? au lait"), record("fine")]).replace(b"caf?", b"caf\xe9")
    (batch,) = decoder.decode(raw, "peer", NOW_NS)
    assert batch.bodies == ["caf\ufffd au lait", "fine"]
    assert decoder.counters.invalid_utf8 == 1


@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_body_over_the_limit_is_cut_marked_and_counted(letter: str) -> None:
    decoder = Decoder(ReceiveSettings(record_max_bytes=1025), StreamTable())
    raw = request([record(letter * 3000), record("next")])
    (batch,) = decoder.decode(raw, "peer", NOW_NS)
    mark = f" [cut: {3000 * len(letter.encode())} bytes]"
    kept = (1025 - len(mark)) // len(letter.encode())
    assert batch.bodies == [letter * kept + mark, "next"]
    assert decoder.counters.truncated == 1


@pytest.mark.parametrize(
    ("number", "text", "severity"),
    [(17, "INFO", 17), (0, "WARN", 13), (0, " Error ", 17), (0, "chatty", 0), (0, "", 0), (99, "", 0)],
)
def test_severity(number: int, text: str, severity: int) -> None:
    assert one(request([record(severity_number=number, severity_text=text)])).severities.tolist() == [
        severity
    ]


def test_trace_and_span_id() -> None:
    batch = one(request([record(trace_id=b"\x0a" * 16, span_id=b"\xb7" * 8), record(trace_id=bytes(16))]))
    assert [batch.origin.trace_id(0), batch.origin.span_id(0)] == ["0a" * 16, "b7" * 8]
    assert [batch.origin.trace_id(1), batch.origin.span_id(1)] == ["", ""]


def test_attributes_hold_resource_record_and_map_body() -> None:
    raw = request(
        [
            record(
                {"log": "x", "user": {"id": 7}}, attributes={"a": [1, None], "both": "record", "raw": b"\xff"}
            )
        ],
        {"service.name": "shop", "both": "resource"},
    )
    expected = {
        "service.name": "shop",
        "both": "record",
        "a": [1, None],
        "raw": "/w==",
        "log": "x",
        "user": {"id": 7},
    }
    origin = one(raw).origin
    assert origin.attributes(0) == expected
    assert json.loads(json.loads(origin.attribute_strings([0])[0])) == expected


@pytest.mark.parametrize("name", ["log.record.uid", "log_record_uid"])
def test_a_given_uid_is_taken(name: str) -> None:
    assert one(request([record(attributes={name: "f@10@t"})])).origin.uid(0) == "f@10@t"


def test_the_uid_is_that_of_the_attributes_where_a_map_body_says_another() -> None:
    body = {"log": "x", "log.record.uid": "of the map"}
    first, second = (
        one(request([record(body, attributes={"log.record.uid": "beside it"}), record(attributes={"n": 1})])),
        one(request([record(body)])),
    )
    for origin in (first.origin, second.origin):
        assert origin.uid(0) == origin.attributes(0)["log.record.uid"] == "of the map"


def test_uids_are_the_same_at_every_decode_and_distinct_among_equals() -> None:
    raw = request([record("a"), record("b"), record("a"), record("a", time_ns=NOW_NS - 1), record("a")])
    first = uids(decode(raw))
    assert len(set(first)) == 5
    assert uids(decode(raw)) == first
    assert [uid.rpartition("-")[2] for uid in first] == ["0", "0", "1", "0", "2"]


def test_equals_are_counted_across_the_slices_of_a_request() -> None:
    raw = request(record("again") for _ in range(2 * MAX_RECORDS + 3))
    batches = decode(raw)
    assert [len(batch) for batch in batches] == [MAX_RECORDS, MAX_RECORDS, 3]
    assert len(set(uids(batches))) == 2 * MAX_RECORDS + 3


def test_a_uid_uses_the_time_that_was_said_not_the_one_that_was_taken() -> None:
    raw = request([record(time_ns=0)])
    decoder = Decoder(ReceiveSettings(), StreamTable())
    (now,), (later,) = decoder.decode(raw, "peer", NOW_NS), decoder.decode(raw, "peer", NOW_NS + HOUR_NS)
    assert now.origin.uid(0) == later.origin.uid(0)


def test_a_damaged_record_costs_only_itself() -> None:
    raw = request([record("before"), record("MARK"), record("after")])
    # The body's length now reaches past the record's end.
    raw = raw.replace(b"\n\x04MARK", b"\n\x7fMARK").replace(b"\x2a\x06\n\x7f", b"\x2a\x7f\n\x7f")
    decoder = Decoder(ReceiveSettings(), StreamTable())
    (batch,) = decoder.decode(raw, "peer", NOW_NS)
    assert batch.bodies == ["before", "after"]
    assert [b"MARK" in lost for lost in batch.damaged] == [True]
    assert decoder.counters.damaged == 1


def test_a_damaged_body_is_shown_as_it_is() -> None:
    raw = request([record("before"), record({"log": "MARK"})]).replace(b"\n\x03log", b"\n\x7flog")
    bodies = one(raw).bodies
    assert bodies[0] == "before"
    assert "MARK" in bodies[1]


@pytest.mark.parametrize("raw", [b"", request([])])
def test_an_empty_request_has_no_batches(raw: bytes) -> None:
    assert decode(raw) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[:-1],
        lambda raw: b"\xff" * 20,  # noqa: ARG005 - replaces it
        lambda raw: raw + b"\x0b",
        lambda raw: raw + b"\x00",
        lambda raw: raw + b"\x0a",
        lambda raw: raw + b"\x0d\x00",
    ],
)
def test_broken_framing_is_refused_before_anything_is_given_out(damage: Callable[[bytes], bytes]) -> None:
    decoder = Decoder(ReceiveSettings(), StreamTable())
    with pytest.raises(Undecodable):
        decoder.decode(damage(request(record() for _ in range(5000))), "peer", NOW_NS)
    assert decoder.counters.accepted_records == 0


def test_a_large_request_comes_whole_and_in_order() -> None:
    bodies = [f"{index} {'x' * 200}" for index in range(20_000)]
    batches = decode(request(map(record, bodies)))
    assert [body for batch in batches for body in batch.bodies] == bodies
    assert max(map(len, batches)) == MAX_RECORDS
