"""Which sessions are whole: neither their begin nor their end may be lost."""

import pytest

from burl.window.settings import WindowSettings
from burl.window.spec import SessionKind, SessionSpec
from support.window_world import Line, World

_SPEC = SessionSpec(kinds=(SessionKind(name="order", pattern=r"order=(\d+)"),), timeout_seconds=20)
_SETTINGS = WindowSettings(slack_seconds=5, max_session_events=3)
_FULL = [(100.0 + i, 0, "a order=1") for i in range(3)]


def _complete(lines: list[Line], *, restart: bool = False) -> dict[str, bool]:
    world = World(_SETTINGS, _SPEC)
    world.feed([(0.0, 1, "the input begins")])
    if restart:
        world.restart()
    world.feed(lines)
    world.flush()
    found = (given.sessions for given in world.given)
    return {key: bool(whole) for part in found for key, whole in zip(part.keys, part.complete, strict=True)}


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        ([(21.0, 0, "a order=1"), (60.0, 1, "tick")], True),
        ([(20.0, 0, "a order=1"), (60.0, 1, "tick")], False),  # may have begun before the input
        ([(30.0, 0, "a order=1"), (51.0, 1, "tick")], True),  # silent for longer than its time-out
        ([(30.0, 0, "a order=1"), (50.0, 1, "tick")], False),  # may go on after the input
        ([*_FULL, (160.0, 1, "tick")], False),  # full: given out in parts
    ],
)
def test_a_session_is_whole_when_input_lay_around_it(
    lines: list[Line], *, whole: bool, restart: bool
) -> None:
    assert _complete(lines, restart=restart) == {"1": whole}


def test_an_evicted_session_is_not_whole() -> None:
    world = World(WindowSettings(max_sessions=1), _SPEC)
    world.feed([(0, 1, "tick"), (100, 0, "a order=1"), (101, 0, "a order=2")])
    assert world.given[0].sessions.keys == ["1"]
    assert not world.given[0].sessions.complete.any()
