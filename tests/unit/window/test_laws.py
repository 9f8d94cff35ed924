"""Laws of the window room, over random streams with disorder, pauses, continuation lines and ids."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from burl.window.settings import WindowSettings
from burl.window.spec import SessionKind, SessionSpec
from support.window_world import Line, World, counts, sessions, windows

SPEC = SessionSpec(
    kinds=(
        SessionKind(name="order", pattern=r"order=(\d+)"),
        SessionKind(name="cart", pattern=r"cart=(\d+)"),
        SessionKind(name="user", pattern=r"user=(\d+)"),
    ),
    joins=(("order", "cart"),),
)
SMALL = WindowSettings(
    window_events=4,
    history_events=3,
    slack_seconds=5,
    window_idle_seconds=30,
    session_timeout_seconds=20,
    max_session_events=6,
)

_ids = st.sampled_from(
    ["", "order=1", "order=2", "cart=1", "order=2 cart=1", "user=1 cart=2", "user=1 order=1"]
)
_words = st.sampled_from(["open", "add", "pay", "ship", "  at frame"])
_steps = st.tuples(
    st.sampled_from([0.0, 0.2, 1.0, 3.0, 12.0, 70.0]),
    st.sampled_from([0.0, 0.0, -2.0, -30.0]),
    st.integers(0, 3),
)


@st.composite
def _streams(draw: st.DrawFn) -> list[Line]:
    """Lines whose clock mostly goes forward, some out of order, some late."""
    now, lines = 0.0, []
    for step, disorder, stream in draw(st.lists(_steps, max_size=50)):
        now += step
        lines.append((now + disorder, stream, f"{draw(_words)} {draw(_ids)}"))
    return lines


def _run(lines: list[Line], cuts: list[int], *, restarts: bool = False) -> World:
    world = World(SMALL, SPEC)
    for number in range(4):
        world.stream(number)
    bounds = [0, *sorted(cut % (len(lines) + 1) for cut in cuts), len(lines)]
    for start, stop in pairwise(bounds):
        world.feed(lines[start:stop])
        if restarts:
            world.restart()
    world.flush()
    return world


def _units(world: World) -> tuple[list[Any], ...]:
    closed = sorted({pair for windowed in world.given for pair in windowed.intervals.closed})
    return (
        sorted(world.sequences(windows)),
        sorted(world.sequences(sessions)),
        sorted(counts(world.given)),
        closed,
    )


@given(_streams(), st.lists(st.integers(0, 50), max_size=6))
@settings(max_examples=200, deadline=None)
def test_cutting_into_batches_changes_no_unit(lines: list[Line], cuts: list[int]) -> None:
    assert _units(_run(lines, cuts)) == _units(_run(lines, []))


@given(_streams())
@settings(max_examples=200, deadline=None)
def test_events_together_make_what_each_alone_makes(lines: list[Line]) -> None:
    assert _units(_run(lines, [])) == _units(_run(lines, list(range(len(lines)))))


@given(_streams(), st.lists(st.integers(0, 50), max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_restart_between_any_two_batches_changes_nothing(lines: list[Line], cuts: list[int]) -> None:
    plain, restarted = _run(lines, cuts), _run(lines, cuts, restarts=True)
    assert [_one(w) for w in restarted.given] == [_one(w) for w in plain.given]


def _one(windowed: Any) -> tuple[Any, ...]:
    alone = World()
    alone.given = [windowed]
    return alone.sequences(windows), alone.sequences(sessions), counts([windowed]), windowed.intervals.closed


@given(_streams())
@settings(max_examples=200, deadline=None)
def test_every_event_is_judged_in_one_window_unless_it_is_late(lines: list[Line]) -> None:
    world = _run(lines, [])
    judged = [uid for row in world.sequences(windows) for uid, _ in row[-1]]
    events = [f"uid-{i}" for i, (_, _, body) in enumerate(lines) if not body.startswith(" ")]
    assert len(judged) == len(set(judged))
    assert set(judged) <= set(events)
    assert len(events) - len(judged) == world.windower.counters()["late_events"]


@given(_streams())
@settings(max_examples=200, deadline=None)
def test_a_window_follows_its_history_in_its_stream(lines: list[Line]) -> None:
    world = _run(lines, [])
    previous: dict[str, list[int]] = {}
    for windowed in world.given:
        sequences = windowed.windows
        for i, key in enumerate(sequences.keys):
            flat = sequences.templates[sequences.offsets[i] : sequences.offsets[i + 1]].tolist()
            lead = int(sequences.leads[i])
            assert flat[:lead] == previous.get(key, [])[-SMALL.history_events :]
            assert 1 <= len(flat) - lead <= SMALL.window_events
            previous[key] = flat


@given(_streams(), st.lists(st.integers(0, 50), max_size=3))
@settings(max_examples=200, deadline=None)
def test_every_event_is_in_one_session_of_each_family_it_names(lines: list[Line], cuts: list[int]) -> None:
    world = _run(lines, cuts)
    held = sorted(uid for row in world.sequences(sessions) for uid, _ in row[-1])
    expected = []
    for i, (_, _, body) in enumerate(lines):
        families = ("order=" in body or "cart=" in body) + ("user=" in body)
        expected += [f"uid-{i}"] * (0 if body.startswith(" ") else families)
    assert held == sorted(expected)


@given(_streams(), st.lists(st.integers(0, 50), max_size=3))
@settings(max_examples=200, deadline=None)
def test_every_event_is_counted_once_or_late(lines: list[Line], cuts: list[int]) -> None:
    world = _run(lines, cuts)
    total = sum(row[3] for row in counts(world.given))
    events = sum(not body.startswith(" ") for _, _, body in lines)
    assert total + world.windower.counters()["late_interval_events"] == events
