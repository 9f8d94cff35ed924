from typing import Any

import msgpack
from hypothesis import given
from hypothesis import strategies as st

from burl.decide.suppression import Suppressor
from burl.decide.times import rfc3339

NOW = 1_700_000_000_000_000_000
FINDING = {"anomaly_kind": "new_template", "service.name": "api", "log.template.id": "t1"}


def rule(name: str = "s1", **changes: Any) -> dict[str, Any]:
    match = {"service.name": "api", "log.template.id": "t1"}
    return {"id": name, "match": match, "anomaly_kinds": ["new_template", "sequence"], **changes}


def suppressor(*rules: dict[str, Any], version: str = "", **supersedes: str) -> Suppressor:
    made = Suppressor(version, supersedes)
    made.use(rules)
    return made


def test_what_matches_in_all_fields_is_hidden_and_counted() -> None:
    room = suppressor(rule())
    assert room.hides(FINDING, NOW)
    assert room.hides(FINDING | {"anomaly_kind": "sequence"}, NOW)
    assert room.hidden == {"s1": 2}


@given(st.sampled_from(["service.name", "log.template.id", "anomaly_kind"]), st.text())
def test_a_different_finding_is_not_hidden(field: str, value: str) -> None:
    other = FINDING | {field: value}
    assert suppressor(rule()).hides(other, NOW) == (other == FINDING or other["anomaly_kind"] == "sequence")


def test_a_field_that_must_be_missing() -> None:
    room = suppressor(rule(match={"service.name": "api", "log.template.id": None}))
    assert not room.hides(FINDING, NOW)
    assert room.hides({"anomaly_kind": "sequence", "service.name": "api"}, NOW)


def test_it_expires_in_event_time() -> None:
    room = suppressor(rule(expires=rfc3339(NOW)))
    assert room.hides(FINDING, NOW - 1)
    assert not room.hides(FINDING, NOW)


def test_the_bundle_that_has_learnt_it_needs_it_no_more_and_others_do() -> None:
    learnt = rule(learnt_by="b2")
    assert not suppressor(learnt, version="b2").hides(FINDING, NOW)
    assert suppressor(learnt, version="b1").hides(FINDING, NOW)
    assert suppressor(learnt).hides(FINDING, NOW)


def test_it_follows_the_template_that_stands_for_its_own() -> None:
    room = suppressor(rule(), t1="t9")
    assert room.hides(FINDING | {"log.template.id": "t9"}, NOW)


def test_it_goes_on_from_its_state() -> None:
    before = suppressor(rule())
    before.hides(FINDING, NOW)
    after = Suppressor()
    after.restore(msgpack.unpackb(msgpack.packb(before.state())))
    assert after.hides(FINDING, NOW)
    assert after.hidden == {"s1": 2}
