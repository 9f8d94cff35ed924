"""How long a request would wait: what is refused, and that nothing is refused for ever."""

from burl.clock import ManualClock
from burl.engine.backlog import Backlog


def test_more_is_refused_when_what_waits_takes_too_long_and_taken_again_when_it_is_done() -> None:
    clock = ManualClock(0)
    backlog = Backlog(clock, max_wait_seconds=5)
    backlog.add(100)
    with backlog.work(100):
        clock.advance(1)  # 10 ms a byte
    for _ in range(5):
        assert not backlog.is_long
        backlog.add(100)
    assert backlog.wait_seconds == 5
    backlog.add(1)
    assert backlog.is_long
    with backlog.work(100):
        clock.advance(1)
    assert not backlog.is_long


def test_what_takes_too_long_itself_holds_back_what_comes_after_it() -> None:
    clock = ManualClock(0)
    backlog = Backlog(clock, max_wait_seconds=5)
    backlog.add(1_000_000)
    with backlog.work(1_000_000):
        assert backlog.wait_seconds == 0
        clock.advance(5.5)
        assert backlog.is_long
    assert not backlog.is_long


def test_nothing_is_refused_when_nothing_waits_however_slow_it_was() -> None:
    clock = ManualClock(0)
    backlog = Backlog(clock, max_wait_seconds=0.001)
    for _ in range(3):
        assert not backlog.is_long
        backlog.add(1)
        with backlog.work(1):
            clock.advance(3600)


def test_the_pace_follows_what_came_last() -> None:
    clock = ManualClock(0)
    backlog = Backlog(clock, max_wait_seconds=5)
    for seconds in (10.0, *[0.1] * 40):
        backlog.add(10)
        with backlog.work(10):
            clock.advance(seconds)
    backlog.add(10)
    assert backlog.wait_seconds < 0.11
