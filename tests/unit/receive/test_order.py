from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.receive.batch import Batch, Origin
from burl.receive.order import in_order_of_time


@dataclass
class Numbered(Origin):
    """An origin whose uids are the places that records came at."""

    def uid(self, index: int) -> str:
        return str(index)

    def attributes(self, index: int) -> dict[str, Any]:
        return {"place": index}

    def trace_id(self, index: int) -> str:
        return f"t{index}"

    def span_id(self, index: int) -> str:
        return f"s{index}"


def batch(records: list[tuple[int, int]]) -> Batch:
    count = len(records)
    return Batch(
        bodies=[f"body {number}" for number in range(count)],
        times_ns=np.array([time_ns for _, time_ns in records], dtype=np.int64),
        timed=np.ones(count, dtype=np.bool_),
        streams=np.array([stream for stream, _ in records], dtype=np.int64),
        severities=np.arange(count, dtype=np.int64),
        sender="here",
        arrival_ns=0,
        origin=Numbered(),
    )


RECORDS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=30)


@given(RECORDS)
def test_every_column_and_the_origin_move_together(records: list[tuple[int, int]]) -> None:
    ordered = in_order_of_time(batch(records))
    for place, body in enumerate(ordered.bodies):
        came = int(body.removeprefix("body "))
        assert ordered.origin.uid(place) == str(came)
        assert ordered.origin.attributes(place) == {"place": came}
        assert (ordered.origin.trace_id(place), ordered.origin.span_id(place)) == (f"t{came}", f"s{came}")
        assert (ordered.streams[place], ordered.times_ns[place]) == records[came]
        assert ordered.severities[place] == came
    texts = [f'{{"place":{body.removeprefix("body ")}}}' for body in ordered.bodies]
    assert ordered.origin.attribute_texts(range(len(ordered))) == texts
    assert sorted(ordered.bodies) == sorted(f"body {number}" for number in range(len(records)))


@given(RECORDS)
def test_streams_keep_their_own_order(records: list[tuple[int, int]]) -> None:
    ordered = in_order_of_time(batch(records))
    for stream in range(4):
        places = np.flatnonzero(ordered.streams == stream).tolist()
        came = [int(ordered.origin.uid(place)) for place in places]
        assert came == sorted(came)


@given(RECORDS)
def test_how_streams_were_grouped_does_not_matter(records: list[tuple[int, int]]) -> None:
    calm = sorted({(time_ns, stream) for stream, time_ns in records})
    merged = in_order_of_time(batch([(stream, time_ns) for time_ns, stream in calm]))
    grouped = in_order_of_time(batch(sorted((stream, time_ns) for time_ns, stream in calm)))
    pairs = [list(zip(b.times_ns.tolist(), b.streams.tolist(), strict=True)) for b in (merged, grouped)]
    assert [time_ns for time_ns, _ in pairs[0]] == [time_ns for time_ns, _ in pairs[1]]
    assert sorted(pairs[0]) == sorted(pairs[1])
