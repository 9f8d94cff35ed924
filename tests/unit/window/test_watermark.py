"""Event time per sender."""

from burl.window.settings import WindowSettings
from burl.window.watermark import NEVER, Watermarks
from support.window_world import EPOCH, SECOND, World


def _fed(world: World) -> Watermarks:
    marks = Watermarks()
    marks.restore(world.windower.state()["watermarks"])
    return marks


def test_it_is_the_newest_time_of_each_sender() -> None:
    world = World()
    world.feed([(5, 0, "a"), (9, 1, "a"), (7, 0, "a")], sender="here")
    world.feed([(1, 2, "a")], sender="there")
    marks = _fed(world)
    assert marks.get("here") == EPOCH + 9 * SECOND
    assert marks.get("there") == EPOCH + 1 * SECOND
    assert marks.get("nowhere") == NEVER


def test_a_record_without_time_does_not_move_it() -> None:
    world = World()
    world.feed([(5, 0, "a")])
    world.feed([(500, 0, "a")], timed=False)
    assert _fed(world).get("node") == EPOCH + 5 * SECOND


def test_the_wall_clock_moves_only_idle_senders_and_only_by_the_time_that_passed() -> None:
    world = World()
    world.feed([(5, 0, "a")], sender="idle", arrival=1_000)
    world.feed([(5, 0, "a")], sender="busy", arrival=1_035)
    marks = _fed(world)
    assert marks.advance_idle(EPOCH + 1_040 * SECOND, 30) == {"idle": EPOCH + 45 * SECOND}
    assert marks.get("busy") == EPOCH + 5 * SECOND
    assert marks.advance_idle(EPOCH + 1_041 * SECOND, 30) == {"idle": EPOCH + 46 * SECOND}


def test_a_sender_that_never_said_a_time_gets_the_wall_time() -> None:
    world = World()
    world.feed([(5, 0, "a")], timed=False, arrival=1_000)
    assert _fed(world).advance_idle(EPOCH + 1_030 * SECOND, 30) == {"node": EPOCH + 1_030 * SECOND}


def test_the_longest_silent_sender_is_forgotten() -> None:
    world = World(WindowSettings(max_senders=1))
    world.feed([(5, 0, "a")], sender="one")
    world.feed([(6, 0, "a")], sender="two")
    marks = _fed(world)
    assert marks.get("one") == NEVER
    assert marks.get("two") == EPOCH + 6 * SECOND


def test_a_wall_clock_that_jumps_does_not_take_event_time_with_it() -> None:
    world = World()
    world.feed([(5, 0, "a")], arrival=1_000)
    marks = _fed(world)
    year = 365 * 86_400
    assert marks.advance_idle(EPOCH + (1_000 + year) * SECOND, 30) == {"node": EPOCH + 65 * SECOND}
    assert marks.advance_idle(EPOCH + 900 * SECOND, 30) == {}
