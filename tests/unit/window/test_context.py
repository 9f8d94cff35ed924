"""The lines before a finding."""

from burl.window.settings import WindowSettings
from support.window_world import World, windows


def test_lines_of_the_stream_before_an_event_over_batches_and_with_continuations() -> None:
    world = World(WindowSettings(context_lines=3))
    world.feed([(0, 0, "one"), (0, 1, "other"), (0, 0, "two"), (0, 0, "  at frame")])
    given = world.feed([(1, 0, "three"), (1, 1, "foreign"), (1, 0, "four")])
    assert given.event_context(0) == ["one", "two", "  at frame"]
    assert given.event_context(1) == ["other"]
    assert given.event_context(2) == ["two", "  at frame", "three"]


def test_it_outlives_a_restart() -> None:
    world = World()
    world.feed([(0, 0, "one")])
    world.restart()
    assert world.feed([(1, 0, "two")]).event_context(0) == ["one"]


def test_streams_silent_for_long_are_forgotten() -> None:
    world = World(WindowSettings(max_streams=1))
    world.feed([(0, 0, "one")])
    world.feed([(1, 1, "other")])
    assert world.feed([(2, 0, "two")]).event_context(0) == []


def test_it_can_be_switched_off() -> None:
    world = World(WindowSettings(context_lines=0))
    assert world.feed([(0, 0, "one"), (1, 0, "two")]).event_context(1) == []


def test_judged_lines_before_a_place_in_a_sequence() -> None:
    world = World(WindowSettings(window_events=3, history_events=1, context_lines=2))
    given = world.feed([(i, 0, word) for i, word in enumerate("abcdef")])
    second = windows(given)
    last = int(second.offsets[2]) - 1
    assert second.record(last).body == "f"
    assert given.sequence_context(second, last) == ["d", "e"]
    assert given.sequence_context(second, last - 2) == []


def test_a_step_without_a_batch_has_no_events() -> None:
    given = World().flush()
    assert len(given.events) == 0
    assert given.event_context(0) == []
