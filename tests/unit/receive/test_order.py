import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.receive.batch import StreamTable
from burl.receive.order import order_of_time
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings
from support.otlp import NOW_NS, record, request

RECORDS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=30)
"""Streams and times."""


def ordered(records: list[tuple[int, int]]) -> list[tuple[int, int]]:
    columns = np.array(records, dtype=np.int64).reshape(-1, 2)
    return [records[place] for place in order_of_time(columns[:, 1], columns[:, 0]).tolist()]


@given(RECORDS)
def test_streams_keep_their_own_order(records: list[tuple[int, int]]) -> None:
    after = ordered(records)
    for stream in range(4):
        assert [pair for pair in after if pair[0] == stream] == [
            pair for pair in records if pair[0] == stream
        ]
    assert sorted(after) == sorted(records)


@given(RECORDS)
def test_how_streams_were_grouped_does_not_matter(records: list[tuple[int, int]]) -> None:
    calm = sorted({(time_ns, stream) for stream, time_ns in records})
    merged = ordered([(stream, time_ns) for time_ns, stream in calm])
    grouped = ordered(sorted((stream, time_ns) for time_ns, stream in calm))
    assert [time_ns for _, time_ns in merged] == [time_ns for _, time_ns in grouped] == [t for t, _ in calm]
    assert sorted(merged) == sorted(grouped)


@given(RECORDS)
def test_every_column_and_the_origin_move_together(records: list[tuple[int, int]]) -> None:
    raw = request(
        record(
            f"body {place}",
            time_ns=NOW_NS + time_ns,
            severity_number=1 + place % 24,
            trace_id=bytes([place + 1] * 16),
            span_id=bytes([place + 1] * 8),
            attributes={"k8s.pod.name": f"pod-{stream}", "place": place, "log.record.uid": f"uid {place}"},
        )
        for place, (stream, time_ns) in enumerate(records)
    )
    streams = StreamTable()
    for batch in Decoder(ReceiveSettings(), streams).decode(raw, "peer", NOW_NS):
        assert [int(time_ns) - NOW_NS for time_ns in batch.times_ns] == [time for _, time in ordered(records)]
        held = batch.origin.held(range(len(batch)))
        uids = held.uids.texts(batch.bodies)
        texts = list(map(json.loads, batch.origin.attribute_strings(range(len(batch)))))
        for at, body in enumerate(batch.bodies):
            place = int(body.removeprefix("body "))
            assert batch.severities[at] == 1 + place % 24
            assert streams.identity(int(batch.streams[at])).pod == f"pod-{records[place][0]}"
            assert batch.origin.uid(at) == uids[at] == f"uid {place}"
            assert batch.origin.trace_id(at) == held.trace_ids[at] == bytes([place + 1] * 16).hex()
            assert batch.origin.span_id(at) == held.span_ids[at] == bytes([place + 1] * 8).hex()
            assert batch.origin.attributes(at)["place"] == place
            assert f'"place":{place}' in texts[at]
