"""Held records: what nobody holds is left behind, what is held stays what it was."""

import tracemalloc

import msgpack
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.receive.uid import Held, Uids
from burl.window.records import HeldRecords, Records
from burl.window.settings import WindowSettings
from burl.window.spec import SessionKind, SessionSpec
from support.window_world import World, sessions, windows

ORDER = SessionKind(name="order", pattern=r"order=(\d+)")
_ROWS = st.lists(st.tuples(st.text(max_size=3), st.booleans()), max_size=30)


def _filled(records: Records, rows: list[tuple[str, bool]]) -> None:
    columns = list(np.arange(4 * len(rows), dtype=np.int64).reshape(4, -1))
    traces = [f"trace-{i}" if traced else "" for i, (_, traced) in enumerate(rows)]
    said = np.arange(len(rows), dtype=np.int64)
    uids = Uids(["stream"] * len(rows), said, np.zeros_like(said))
    records.add(columns, [body for body, _ in rows], Held(uids, traces, [""] * len(rows)))


@given(_ROWS, st.data())
def test_a_collection_keeps_what_is_held_and_leaves_behind_the_rest(
    rows: list[tuple[str, bool]], data: st.DataObject
) -> None:
    held = HeldRecords()
    _filled(held.records, rows)
    places = st.lists(st.integers(0, max(len(rows) - 1, 0)), max_size=len(rows) // 2)
    holders = data.draw(st.lists(places, max_size=2))
    before, kept = held.records, [list(each) for each in holders]
    held.collect(holders)
    for old, new in zip(kept, holders, strict=True):
        assert list(map(held.records.record, new)) == list(map(before.record, old))
    assert len(held.records) == len({place for each in kept for place in each})


@given(_ROWS)
def test_records_survive_their_state(rows: list[tuple[str, bool]]) -> None:
    records, others = Records(), Records()
    _filled(records, rows)
    others.restore(msgpack.unpackb(msgpack.packb(records.state())))
    places = range(len(records))
    assert len(others) == len(records)
    assert list(map(others.record, places)) == list(map(records.record, places))


@given(_ROWS)
def test_records_given_by_their_fields_are_those_of_old_states(rows: list[tuple[str, bool]]) -> None:
    records, others = Records(), Records()
    _filled(records, rows)
    known = [records.record(place) for place in range(len(records))]
    states = [
        (r.uid, r.body, r.time_ns, r.stream, r.template, r.severity, r.trace_id, r.span_id) for r in known
    ]
    assert list(map(others.record, others.restore_each(states))) == known


def test_what_is_open_and_what_was_closed_names_its_records_after_collections() -> None:
    world = World(WindowSettings(session_timeout_seconds=1e6), SessionSpec(kinds=(ORDER,)))
    world.feed([(0.0, 1, "open order=1")])
    for start in range(0, 4_000, 200):  # 16 MB in all
        world.feed([(float(at), 0, f"{at} {'x' * 4_000}") for at in range(start, start + 200)])
    world.flush()
    assert world.sequences(sessions)[0][-1] == [("uid-0", "open order=1")]
    others = [judged for key, *_, judged in world.sequences(windows) if key == "shop/pod-0/main"]
    assert [int(body.split()[0]) for judged in others for _, body in judged] == list(range(4_000))


def test_the_history_of_many_streams_holds_no_records() -> None:
    world = World(WindowSettings(window_events=1, history_events=10, context_lines=0))
    tracemalloc.start()
    for second in range(12):  # 48 MB in all
        world.feed([(float(second), stream, f"open {stream} {'x' * 1_000}") for stream in range(4_000)])
        world.given.clear()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 24 * 2**20
