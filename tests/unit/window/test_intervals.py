"""Counts per service and template."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from burl.window.settings import WindowSettings
from support.window_world import EPOCH, SECOND, World, counts

SETTINGS = WindowSettings(interval_seconds=10, slack_seconds=5, max_gap_intervals=2)


def _closed(world: World) -> list[tuple[int, int]]:
    """(service, start in seconds) of all closed intervals; the sender's first interval judges nobody."""
    pairs = [pair for windowed in world.given for pair in windowed.intervals.closed]
    return [(service, (start - EPOCH) // SECOND) for service, start in pairs]


def test_events_are_counted_and_a_late_one_is_kept() -> None:
    world = World(SETTINGS)
    world.feed([(1, 0, "a x"), (2, 0, "b"), (9, 3, "a y"), (3, 1, "a z")])
    assert world.given[0].intervals.closed == []
    world.flush()
    assert counts(world.given) == [
        (EPOCH, 0, 0, 2, "uid-2"),
        (EPOCH, 0, 1, 1, "uid-1"),
        (EPOCH, 1, 0, 1, "uid-3"),
    ]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_the_record_kept_is_of_the_later_half_however_the_batches_are_cut(sizes: list[int]) -> None:
    whole, cut = World(SETTINGS), World(SETTINGS)
    events = [(1 + number / 100, 0, "a") for number in range(sum(sizes))]
    whole.feed(events)
    for size, end in zip(sizes, itertools.accumulate(sizes), strict=True):
        cut.feed(events[end - size : end])
    whole.flush()
    cut.flush()
    ((_, _, _, count, uid),) = counts(whole.given)
    assert counts(cut.given) == counts(whole.given)
    assert count == len(events)
    assert len(events) / 2 <= int(uid.removeprefix("uid-")) + 1 <= len(events)


def test_an_interval_closes_when_the_watermark_less_the_slack_has_passed_it() -> None:
    world = World(SETTINGS)
    world.feed([(1, 0, "a"), (11, 0, "a"), (24.9, 0, "a")])
    assert _closed(world) == []
    world.feed([(25, 0, "a")])
    assert _closed(world) == [(0, 10)]


def test_intervals_that_were_not_watched_from_end_to_end_judge_nobody() -> None:
    world = World(SETTINGS)
    world.feed([(8, 0, "a"), (12, 0, "a"), (23, 0, "a")])
    world.flush()
    assert [row[0] for row in counts(world.given)] == [EPOCH + start * SECOND for start in (0, 10, 20)]
    assert _closed(world) == [(0, 10)]


def test_services_that_were_silent_are_listed_while_others_of_the_sender_go_on() -> None:
    world = World(SETTINGS)
    world.feed([(1, 0, "a"), (1, 1, "a"), (11, 0, "a"), (21, 0, "a"), (36, 0, "a")])
    assert _closed(world) == [(0, 10), (1, 10), (0, 20), (1, 20)]


def test_a_short_gap_in_all_streams_is_silence_but_a_pause_of_the_sender_is_not() -> None:
    world = World(SETTINGS)
    world.feed([(1, 0, "a"), (31, 0, "a"), (91, 0, "a"), (120, 0, "a")])
    assert _closed(world) == [(0, 10), (0, 20), (0, 30), (0, 90)]


def test_the_wall_clock_makes_no_silence() -> None:
    world = World(SETTINGS)
    world.feed([(1, 0, "a"), (11, 0, "a"), (20, 0, "a")], arrival=0)
    world.given.append(world.windower.advance(EPOCH + 500 * SECOND))
    assert _closed(world) == [(0, 10)]


def test_a_service_is_not_missed_before_it_was_seen() -> None:
    world = World(SETTINGS)
    world.feed([(1, 0, "a"), (11, 0, "a"), (21, 1, "a"), (40, 0, "a")])
    assert _closed(world) == [(0, 10), (0, 20), (1, 20)]


def test_a_record_for_a_closed_interval_is_not_counted() -> None:
    world = World(SETTINGS)
    world.feed([(1, 0, "a"), (30, 0, "a"), (2, 1, "a")])
    world.flush()
    assert [row[3] for row in counts(world.given)] == [1, 1]
    assert world.windower.counters()["late_interval_events"] == 1


def test_a_service_that_floods_leaves_rows_to_others() -> None:
    world = World(WindowSettings(interval_seconds=10, max_interval_rows=20))
    world.feed([(1, 0, f"flood{number}") for number in range(50)])
    world.restart()
    world.feed([(2, 1, f"word{number}") for number in range(3)])
    assert world.windower.counters()["uncounted_events"] == 0
    world.flush()
    services = [row[1] for row in counts(world.given)]
    assert (services.count(0), services.count(1)) == (10, 3)


def test_rows_intervals_and_services_are_bounded() -> None:
    limits = {"max_interval_rows": 1, "max_open_intervals": 1, "max_services": 1}
    world = World(WindowSettings(interval_seconds=10, slack_seconds=1_000, **limits))
    world.feed([(1, 0, "a"), (2, 0, "b"), (11, 1, "a")])
    counters = world.windower.counters()
    assert counters["uncounted_events"] == 1
    assert counters["evicted_intervals"] == 1
    assert counters["evicted_services"] == 1
    assert [row[0] for row in counts(world.given)] == [EPOCH]


def test_a_restart_changes_no_order_of_what_several_senders_counted() -> None:
    plain, restarted = (World(WindowSettings(interval_seconds=10)) for _ in range(2))
    for world in (plain, restarted):
        for second, sender in ((0.0, "first"), (0.0, "second"), (11.0, "first")):
            world.feed([(second, 0, "open")], sender=sender)
    restarted.restart()
    assert counts([restarted.flush()]) == counts([plain.flush()])
