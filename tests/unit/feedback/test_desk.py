from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from burl.clock import ManualClock
from burl.decide import Findings
from burl.decide.suppression import Suppressor
from burl.errors import InputError, NotThereError
from burl.feedback import Desk, Verdict
from burl.feedback.desk import hidden_count
from burl.feedback.verdict import in_force
from burl.write.base import Store
from burl.write.counters import WriteCounters
from burl.write.settings import SqliteSettings
from burl.write.sqlite import SqliteStore
from support.samples import START_NS, annotation

NORMAL = Verdict("normal", who="ann")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START_NS)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    made = SqliteStore(SqliteSettings(path=tmp_path / "burl.sqlite"), clock, WriteCounters())
    yield made
    made.close()


@pytest.fixture
def desk(store: Store, clock: ManualClock) -> Desk:
    return Desk(store, clock)


def hides(desk: Desk, document: dict[str, Any], version: str = "") -> bool:
    suppressor = Suppressor(version)
    suppressor.use(desk.suppressions())
    return suppressor.hides(document, START_NS)


def test_a_normal_verdict_hides_its_like_and_nothing_else(desk: Desk) -> None:
    said = desk.give(NORMAL, annotation(1).document)
    assert (said["verdict"], said["scope"], said["user.name"]) == ("normal", "template", "ann")
    same_service = annotation(4).document
    assert same_service["anomaly_id"] != annotation(1).id
    assert hides(desk, same_service)
    assert not hides(desk, annotation(2).document)
    assert not hides(desk, annotation(4, **{"log.template.id": "other"}).document)
    assert not hides(desk, annotation(4, anomaly_kind="rate").document)


@pytest.mark.parametrize(
    ("scope", "hidden"),
    [
        ("template", {"same"}),
        ("sequence", {"same"}),
        ("service", {"same", "other template", "rate"}),
        ("everywhere", {"same", "other service"}),
    ],
)
def test_scopes(desk: Desk, scope: Any, hidden: set[str]) -> None:
    findings = {
        "same": annotation(4).document,
        "other template": annotation(4, **{"log.template.id": "other"}).document,
        "rate": annotation(4, anomaly_kind="rate").document,
        "other service": annotation(2).document,
    }
    desk.give(Verdict("normal", scope), annotation(1).document)
    assert {name for name, document in findings.items() if hides(desk, document)} == hidden


def test_a_sequence_is_one_expectation_of_one_detector(desk: Desk) -> None:
    odd = annotation(1, anomaly_kind="sequence", expected_templates=["a", "b"]).document
    desk.give(Verdict("normal", "sequence"), odd)
    assert hides(desk, odd)
    assert not hides(desk, odd | {"expected_templates": ["a"]})
    assert not hides(desk, odd | {"detector_id": "another"})


def test_a_finding_without_a_template_is_normal_as_it_is_not_as_a_template(desk: Desk) -> None:
    silence = {"anomaly_kind": "silence", "service.name": "api", "detector_id": "rate", "anomaly_id": "x"}
    with pytest.raises(InputError, match="names no template"):
        desk.give(Verdict("normal", "template"), silence)
    assert desk.verdicts() == []
    assert desk.give(NORMAL, silence)["scope"] == "sequence"
    assert hides(desk, silence)
    assert not hides(desk, silence | {"anomaly_kind": "rate"})


def test_undo_takes_it_back(desk: Desk, clock: ManualClock) -> None:
    said = desk.give(NORMAL, annotation(1).document)
    clock.advance(1)
    desk.undo(said["id"], "bob")
    assert not hides(desk, annotation(4).document)
    assert in_force(desk.verdicts()) == []
    assert [verdict["verdict"] for verdict in desk.verdicts()] == ["undo", "normal"]
    for wrong in ("nothing", desk.verdicts()[0]["id"]):
        with pytest.raises(NotThereError, match="no verdict"):
            desk.undo(wrong)


def test_an_incident_is_marked_finding_by_different_finding(desk: Desk, store: Store) -> None:
    found = [annotation(n, incident_id="i7") for n in range(6)]
    store.write(Findings(annotations=found))
    assert len(desk.mark(NORMAL, incident_id="i7")) == 3  # one for each of its services
    assert all(hides(desk, one.document) for one in found)
    assert len(desk.mark(Verdict("anomaly", kind="disk"), anomaly_id=found[2].id)) == 1
    with pytest.raises(NotThereError, match="incident i8"):
        desk.mark(NORMAL, incident_id="i8")


def test_expired_ones_are_dropped(desk: Desk, clock: ManualClock) -> None:
    desk.give(Verdict("normal", expires_ns=START_NS + 10_000_000_000), annotation(1).document)
    clock.advance(11)
    desk.give(NORMAL, annotation(2).document)
    assert [rule["service.name"] for rule in desk.suppressions()] == ["cart2"]


def test_what_a_bundle_learnt_retires_and_comes_back_when_it_is_rolled_back(desk: Desk) -> None:
    desk.give(NORMAL, annotation(1).document)
    desk.give(Verdict("normal", "service"), annotation(2).document)
    assert desk.retire("b2", {"0123456789abcdef"}.__contains__) == 1
    finding = annotation(4).document
    assert not hides(desk, finding, "b2")
    assert hides(desk, finding, "b1")
    assert hides(desk, annotation(2).document, "b2")
    desk.revive("b2")
    assert hides(desk, finding, "b2")
    desk.retire("b2", {"0123456789abcdef"}.__contains__)
    assert desk.retire("b3", lambda _: False) == 0
    assert [rule["scope"] for rule in desk.suppressions()] == ["service"]


def test_counts_of_several_agents(desk: Desk) -> None:
    name = desk.give(NORMAL, annotation(1).document)["id"]
    for agent, hidden in (("a", 2), ("b", 1), ("a", 5)):
        desk.count(agent, {name: hidden, "gone": 3})
    (rule,) = desk.suppressions()
    assert hidden_count(rule) == 6


def test_desks_that_change_at_once_lose_nothing(
    desk: Desk, store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Desk(store, clock)
    put = store.put_suppressions

    def put_late(version: int, rules: list[dict[str, Any]]) -> None:
        monkeypatch.undo()  # only the first time is too late
        other.give(NORMAL, annotation(2).document)
        put(version, rules)

    monkeypatch.setattr(store, "put_suppressions", put_late)
    desk.give(NORMAL, annotation(1).document)
    assert len(desk.suppressions()) == 2
