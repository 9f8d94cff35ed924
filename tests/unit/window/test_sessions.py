"""Sessions: ids, joins, time-outs, limits."""

from typing import Any

import pytest
from pydantic import ValidationError

from burl.window.settings import WindowSettings
from burl.window.spec import SessionKind, SessionSpec, Slot
from support.window_world import Line, Origin, World, sessions

ORDER = SessionKind(name="order", pattern=r"order=(\d+)")
CART = SessionKind(name="cart", pattern=r"cart=(\d+)")
SPEC = SessionSpec(kinds=(ORDER, CART), joins=(("order", "cart"),), timeout_seconds=20)
SETTINGS = WindowSettings(slack_seconds=5, max_session_events=5)


def _run(
    lines: list[Line], spec: SessionSpec = SPEC, settings: WindowSettings = SETTINGS, **batch: Any
) -> list[Any]:
    world = World(settings, spec)
    world.feed(lines, **batch)
    world.flush()
    return [
        (key, kind, ids, [body for _, body in judged])
        for key, kind, ids, _, _, judged in world.sequences(sessions)
    ]


def test_ids_of_joined_kinds_are_one_session_named_by_the_first_kind() -> None:
    lines = [
        (0.0, 0, "add cart=7"),
        (1.0, 0, "place order=1 cart=7"),
        (2.0, 0, "ship order=1"),
        (2.0, 0, "add cart=8"),
    ]
    assert _run(lines) == [
        ("1", "order", ["1", "7"], ["add cart=7", "place order=1 cart=7", "ship order=1"]),
        ("8", "cart", ["8"], ["add cart=8"]),
    ]


def test_a_record_with_ids_of_kinds_that_are_not_joined_is_in_a_session_of_each() -> None:
    apart = SessionSpec(kinds=(ORDER, CART))
    assert [key for key, *_ in _run([(0.0, 0, "place order=1 cart=7")], apart)] == ["1", "7"]


def test_two_ids_of_a_kind_in_one_record_are_two_things() -> None:
    lines = [(0.0, 0, "pay order=1"), (0.5, 0, "pay order=2"), (1.0, 0, "report order=1 order=2")]
    assert _run(lines) == [
        ("1", "order", ["1"], ["pay order=1", "report order=1 order=2"]),
        ("2", "order", ["2"], ["pay order=2", "report order=1 order=2"]),
    ]


def test_two_ids_of_a_kind_that_were_joined_before_hold_the_record_once() -> None:
    lines = [(0.0, 0, "a order=1 cart=7"), (1.0, 0, "b order=2 cart=7"), (2.0, 0, "c order=1 order=2")]
    assert _run(lines) == [("1", "order", ["1", "2", "7"], [body for _, _, body in lines])]


def test_events_stand_by_service_and_there_by_time() -> None:
    lines = [(0.2, 1, "b1 order=1"), (0.1, 0, "a1 order=1"), (0.3, 0, "a2 order=1"), (0.25, 3, "a3 order=1")]
    assert _run(lines)[0][3] == ["a1 order=1", "a3 order=1", "a2 order=1", "b1 order=1"]


def test_a_session_closes_when_the_watermark_less_the_slack_passes_its_time_out() -> None:
    world = World(SETTINGS, SPEC)
    assert not len(world.feed([(0, 0, "a order=1"), (25, 1, "tick")]).sessions)
    assert world.feed([(25.1, 1, "tick")]).sessions.keys == ["1"]


def test_an_event_after_the_time_out_begins_a_new_session() -> None:
    assert [body for *_, body in _run([(0.0, 0, "a order=1"), (21.0, 0, "b order=1")])] == [
        ["a order=1"],
        ["b order=1"],
    ]


def test_a_full_session_is_given_out() -> None:
    parts = _run([(float(i), 0, f"{i} order=1") for i in range(7)])
    assert [len(bodies) for *_, bodies in parts] == [5, 2]


@pytest.mark.parametrize("limits", [{"max_sessions": 2}, {"max_session_records": 2}])
def test_the_longest_silent_session_goes_first_when_there_are_too_many(limits: dict[str, int]) -> None:
    world = World(WindowSettings(**limits), SPEC)
    given = world.feed([(0, 0, "a order=1"), (1, 0, "a order=2"), (2, 0, "a order=3")])
    assert given.sessions.keys == ["1"]
    assert world.windower.counters()["evicted_sessions"] == 1


def test_who_has_most_sessions_loses_its_own_first() -> None:
    world = World(WindowSettings(max_sessions=5), SPEC)
    world.feed([(0, 0, "a order=1"), (1, 0, "a order=2")])
    world.restart()
    flood = [(2 + number / 100, 1, f"a order={number}") for number in range(10, 60)]
    given = world.feed(flood)
    assert given.sessions.keys == [str(number) for number in range(10, 57)]
    world.flush()
    assert world.given[-1].sessions.keys == ["1", "2", "57", "58", "59"]


def test_who_holds_most_records_loses_its_own_first() -> None:
    world = World(WindowSettings(max_session_records=50), SPEC)
    world.feed([(number / 100, 0, f"a order={number}") for number in range(10)])
    flood = [(1 + number / 100, 1, f"a order={10 + number % 2}") for number in range(60)]
    assert world.feed(flood).sessions.keys == ["10"]
    world.flush()
    assert world.given[-1].sessions.keys == [*map(str, range(10)), "11"]


def test_trace_ids_and_attributes() -> None:
    spec = SessionSpec(
        kinds=(
            SessionKind(name="trace", attribute="trace_id"),
            SessionKind(name="tenant", attribute="app.tenant"),
        )
    )
    fields: list[dict[str, Any]] = [{"app.tenant": "blue"}, {"app": {"tenant": "blue"}}, {}]
    origin = Origin(0, traces=["f00", "", "f00"], fields=fields)
    found = _run([(0.0, 0, "a"), (0.1, 0, "b"), (0.2, 0, "c")], spec, origin=origin)
    assert found == [("blue", "tenant", ["blue"], ["a", "b"]), ("f00", "trace", ["f00"], ["a", "c"])]


def test_slots_of_known_templates_and_shapes_for_new_ones() -> None:
    slots = (
        Slot(template_id="id-cart", parameter=0, after="cart "),
        Slot(template_id="id-list", parameter=0, word=1),
    )
    spec = SessionSpec(kinds=(SessionKind(name="cart", slots=slots, shape=r"\bc-[0-9a-f]{4}\b"),))
    world = World(SETTINGS, spec)
    for word in ("cart", "list", "known"):
        world.template(word, trained=True)
    world.feed(
        [
            (0, 0, "cart c-12ab: opened"),
            (1, 0, "list x,c-12ab"),
            (2, 0, "known c-12ab"),
            (3, 0, "new (c-12ab)"),
        ]
    )
    world.feed([(4, 0, "cart  c-12ab: two blanks")])
    world.flush()
    assert [body for _, body in world.sequences(sessions)[0][-1]] == [
        "cart c-12ab: opened",
        "list x,c-12ab",
        "new (c-12ab)",
        "cart  c-12ab: two blanks",
    ]


def test_a_line_with_more_words_of_a_shape_than_slots_is_looked_at_in_full() -> None:
    slots = (Slot(template_id="id-move", parameter=1),)
    spec = SessionSpec(kinds=(SessionKind(name="cart", slots=slots, shape=r"(?<![\w-])c-[0-9]{2}(?![\w-])"),))
    world = World(SETTINGS, spec)
    world.template("move", trained=True)
    world.feed(
        [
            (0, 0, "move 7 c-12"),
            (1, 0, "move c-99 c-12"),
            (2, 0, "move 7 c-12.old"),
            (3, 0, "move 7 c-123"),
        ]
    )
    world.flush()
    assert [(ids, len(judged)) for _, _, ids, _, _, judged in world.sequences(sessions)] == [
        (["c-12"], 2),
        (["c-12.old"], 1),
        (["c-123"], 1),
    ]


def test_a_spec_survives_json() -> None:
    assert SessionSpec.from_json(SPEC.to_json()) == SPEC


@pytest.mark.parametrize(
    "wrong",
    [
        {"kinds": [{"name": "a"}]},
        {"kinds": [{"name": "a", "pattern": "("}]},
        {"kinds": [{"name": "a", "pattern": "x", "attribute": "y"}]},
        {"kinds": [{"name": "a", "pattern": "x"}, {"name": "a", "pattern": "y"}]},
        {"kinds": [], "joins": [["a", "b"]]},
        {"kinds": [], "surprise": 1},
    ],
)
def test_a_wrong_spec_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SessionSpec.model_validate(wrong)
