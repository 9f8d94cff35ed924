"""Requests decoded together give the records that each gives alone."""

from collections import Counter
from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from burl.receive.batch import Batch, StreamTable
from burl.receive.otlp import MAX_RECORDS, Decoder
from burl.receive.settings import ReceiveSettings
from support.otlp import NOW_NS, SECOND_NS, of_pod, record, request

HOUR_NS = 3600 * SECOND_NS
TIMES = st.sampled_from([0, NOW_NS - 2, NOW_NS - 1, NOW_NS + HOUR_NS + 3, NOW_NS + 2 * HOUR_NS])
RECORDS = st.builds(
    lambda body, time_ns, seen_ns: record(body, time_ns, observed_time_unix_nano=seen_ns),
    st.sampled_from(["started", "failed"]),
    TIMES,
    TIMES,
)
DAMAGED = b"\x12\x04\x12\x02\x09\x01"
"""A scope of one record that is cut short."""
REQUESTS = st.lists(
    st.tuples(st.lists(RECORDS, max_size=5), st.sampled_from("ab"), st.booleans()), min_size=1, max_size=6
)
Found = Counter[tuple[str, str, int, bool, str]]


def raws(requests: Iterable[tuple[list[LogRecord], str, bool]]) -> list[bytes]:
    return [
        request(records, of_pod(pod)) + (b"\x0a\x06" + DAMAGED if damaged else b"")
        for records, pod, damaged in requests
    ]


def found(streams: StreamTable, batches: Iterable[Batch]) -> tuple[Found, Counter[bytes]]:
    records: Found = Counter()
    damaged: Counter[bytes] = Counter()
    for batch in batches:
        damaged.update(batch.damaged)
        columns = zip(batch.bodies, batch.times_ns.tolist(), batch.timed.tolist(), batch.streams, strict=True)
        for row, (body, time_ns, timed, stream) in enumerate(columns):
            records[batch.origin.uid(row), body, time_ns, timed, streams.key(int(stream))] += 1
    return records, damaged


def decoded_together(raws: Sequence[bytes]) -> tuple[Found, Counter[bytes]]:
    streams = StreamTable()
    decoder = Decoder(ReceiveSettings(), streams)
    read = [decoder.read(raw, NOW_NS + number) for number, raw in enumerate(raws)]
    return found(streams, decoder.decode_together(read, "peer"))


def decoded_alone(raws: Sequence[bytes]) -> tuple[Found, Counter[bytes]]:
    streams = StreamTable()
    decoder = Decoder(ReceiveSettings(), streams)
    alone = (decoder.decode(raw, "peer", NOW_NS + number) for number, raw in enumerate(raws))
    return found(streams, (batch for batches in alone for batch in batches))


@given(REQUESTS)
def test_together_is_alone(requests: list[tuple[list[LogRecord], str, bool]]) -> None:
    made = raws(requests)
    assert decoded_together(made) == decoded_alone(made)


def test_equals_are_counted_by_request_across_batches() -> None:
    many = request([record("started")] * (MAX_RECORDS // 2 + 1), of_pod("a"))
    assert decoded_together([many] * 3) == decoded_alone([many] * 3)
