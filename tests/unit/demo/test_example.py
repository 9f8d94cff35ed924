"""The shipped example: complete, and its raw lines found again."""

from pathlib import Path

import numpy as np
import pytest

from burl.clock import ManualClock
from burl.demo.example import DEFAULT, lines_around, load_example
from burl.errors import InputError
from burl.receive.batch import StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings


def test_a_missing_example_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no test, bundle, episodes\.jsonl, events\.jsonl: give --data"):
        load_example(tmp_path)


def test_the_shipped_one_is_complete_and_in_order() -> None:
    example = load_example(DEFAULT)
    times = np.concatenate([batch.times_ns for batch in example.batches])
    assert example.records == len(times) > 120_000
    assert bool(np.all(np.diff(times) >= 0))
    assert example.span_ns == (times[0], times[-1])
    visible = [episode for episode in example.truth.episodes if episode.visible]
    assert len(visible) == 35
    assert len(example.truth.sessions) == 48
    assert all(episode.description for episode in visible)
    uids = {batch.origin.uid(place) for batch in example.batches for place in range(len(batch))}
    assert example.truth.labels.keys() <= uids


def test_moved_in_time_it_ends_now_and_its_truth_moves_along() -> None:
    example = load_example(DEFAULT)
    now_ns = example.span_ns[1] + 86_400 * 10**9 + 1
    moved = example.moved_to(now_ns)
    by_ns = moved.span_ns[1] - example.span_ns[1]
    assert by_ns % (300 * 10**9) == 0
    assert 0 <= now_ns - moved.span_ns[1] < 300 * 10**9
    first, before = moved.truth.episodes[0], example.truth.episodes[0]
    assert (first.start - before.start) * 10**9 == pytest.approx(by_ns)
    assert {uid.removesuffix(moved.run) for uid in moved.truth.labels} == example.truth.labels.keys()
    assert moved.moved_to(now_ns).run == moved.run


def test_raw_lines_around_are_those_of_the_same_stream(tmp_path: Path) -> None:
    for name in ("a", "b"):
        lines = [f"2026-11-22T13:00:{n:02d}.0Z stdout F {name} {n}\n" for n in range(20)]
        (tmp_path / f"{name}-0_shop_app-{'0' * 64}.log").write_text("".join(lines), "utf-8")
    batches = list(FileReader(ReceiveSettings(), StreamTable(), ManualClock()).read([tmp_path]))
    uids = {batch.bodies[n]: batch.origin.uid(n) for batch in batches for n in range(len(batch))}
    wanted = [uids[body] for body in ("a 0", "b 10", "b 11", "a 19")]
    around = [lines_around(batches, wanted)[uid] for uid in wanted]
    assert around[0] == ([], ["a 1", "a 2", "a 3"])
    assert around[1] == ([f"b {n}" for n in range(4, 10)], ["b 11", "b 12", "b 13"])
    assert around[2] == ([f"b {n}" for n in range(5, 11)], ["b 12", "b 13", "b 14"])
    assert around[3] == ([f"a {n}" for n in range(13, 19)], [])
