"""Windows of a stream."""

import pytest

from burl.window.settings import WindowSettings
from support.window_world import EPOCH, SECOND, World, rows, windows

SMALL = WindowSettings(window_events=3, history_events=2, slack_seconds=5, window_idle_seconds=30)


def _words(world: World) -> list[tuple[str, list[str], list[str]]]:
    names = [template.text.split()[0] for template in world.catalogue]
    return [
        (key, [names[t] for t in history], [body for _, body in judged])
        for key, _, _, _, history, judged in world.sequences(windows)
    ]


def test_a_full_window_is_given_at_once_and_becomes_the_history_of_the_next() -> None:
    world = World(SMALL)
    world.feed([(i, 0, word) for i, word in enumerate("abcdefg")])
    assert _words(world) == [
        ("shop/pod-0/main", [], ["a", "b", "c"]),
        ("shop/pod-0/main", ["b", "c"], ["d", "e", "f"]),
    ]
    world.flush()
    assert _words(world)[2] == ("shop/pod-0/main", ["e", "f"], ["g"])


def test_streams_do_not_mix() -> None:
    world = World(SMALL)
    world.feed([(0, 0, "a"), (0, 1, "x"), (1, 0, "b"), (1, 1, "y"), (2, 0, "c")])
    assert _words(world) == [("shop/pod-0/main", [], ["a", "b", "c"])]


def test_continuation_lines_are_no_events() -> None:
    world = World(SMALL)
    given = world.feed([(0, 0, "a"), (0, 0, "  at frame"), (1, 0, "b"), (2, 0, "c")])
    assert len(given.events) == 3
    assert [given.events.record(i).uid for i in range(3)] == ["uid-0", "uid-2", "uid-3"]
    assert len(given.windows) == 1


def test_a_silent_stream_is_judged_when_the_others_go_on() -> None:
    world = World(SMALL)
    world.feed([(0, 0, "a"), (34, 1, "x")])
    assert _words(world) == []
    world.feed([(36, 1, "y")])
    assert _words(world) == [("shop/pod-0/main", [], ["a"])]


def test_a_stream_that_was_silent_starts_a_window_with_its_history() -> None:
    world = World(SMALL)
    world.feed([(0, 0, "a"), (100, 0, "b"), (101, 0, "c")])
    world.flush()
    assert _words(world) == [("shop/pod-0/main", [], ["a"]), ("shop/pod-0/main", ["a"], ["b", "c"])]


def test_a_late_record_cuts_the_window_and_is_in_none() -> None:
    world = World(SMALL)
    world.feed([(10, 0, "a"), (4, 0, "late"), (11, 0, "b")])
    world.flush()
    assert _words(world) == [("shop/pod-0/main", [], ["a"]), ("shop/pod-0/main", ["a"], ["b"])]
    assert world.windower.counters()["late_events"] == 1


def test_a_record_is_late_only_against_its_own_stream() -> None:
    world = World(SMALL)
    world.feed([(500, 1, "ahead"), (0, 0, "a"), (1, 0, "b"), (2, 0, "c")])
    assert _words(world) == [("shop/pod-0/main", [], ["a", "b", "c"])]


def test_the_wall_clock_closes_windows_of_an_idle_sender() -> None:
    world = World(SMALL)
    world.feed([(0, 0, "a")], arrival=0)
    assert not len(world.windower.advance(EPOCH + 35 * SECOND).windows)
    assert len(world.windower.advance(EPOCH + 36 * SECOND).windows) == 1


def test_the_longest_silent_stream_is_closed_when_there_are_too_many() -> None:
    world = World(WindowSettings(max_streams=2))
    for number in range(3):
        world.feed([(number, number, "a")])
    assert [key for key, _, _ in _words(world)] == ["shop/pod-0/main"]
    assert world.windower.counters()["evicted_streams"] == 1


def test_history_has_no_record() -> None:
    world = World(SMALL)
    world.feed([(i, 0, "a") for i in range(6)])
    second = world.given[0].windows
    assert second.leads.tolist() == [0, 2]
    with pytest.raises(IndexError, match="history"):
        second.record(int(second.offsets[1]))


def test_the_text_that_is_kept_is_bounded() -> None:
    world = World(WindowSettings(max_body_chars=10, context_lines=1))
    world.feed([(0, 0, "a" * 1_000_000)])
    given = world.feed([(1, 0, "b")])
    assert given.event_context(0) == ["a" * 10]
    world.flush()
    assert [body for _, body in rows(world.given[-1].windows)[0][-1]] == ["a" * 10, "b"]
