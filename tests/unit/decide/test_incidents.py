from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from burl.decide.decider import Decider
from burl.decide.finding import Finding, Source
from burl.decide.settings import DecideSettings
from burl.detect import Explanation
from burl.parse import Catalogue, Template
from burl.receive.batch import Identity
from burl.window import Record

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
SETTINGS = DecideSettings(incident_gap_seconds=60, incident_max_seconds=900)
SOURCE = Source("new_template", "new_template", "event", "v1", "t1")


def finding(
    seconds: float, grade: float = 0.5, namespace: str = "shop", *, learning: bool = False
) -> Finding:
    time_ns = START + int(seconds * SECOND)
    record = Record(f"uid-{namespace}-{seconds}", f"line at {seconds}", time_ns, 0, 0)
    return Finding(
        source=SOURCE,
        unit_key=f"{namespace}/pod/app",
        time_ns=time_ns,
        start_ns=time_ns,
        end_ns=time_ns,
        score=3.0,
        grade=grade,
        p_value=1e-6,
        threshold=2.0,
        explanation=Explanation("new_template", f"reason {grade}", 0),
        identity=Identity(namespace, "pod", "app", "app"),
        record=record,
        learning=learning,
    )


def decider() -> Decider:
    catalogue = Catalogue()
    catalogue.add(Template("abc", "line at <*>"))
    return Decider(SETTINGS, catalogue)


def test_findings_close_in_time_are_one_incident_with_the_worst_reason() -> None:
    found = decider().decide([finding(0, 0.2), finding(30, 0.9), finding(50, 0.4)], 0)
    assert len({a.document["incident_id"] for a in found.annotations}) == 1
    (incident,) = found.incidents
    assert incident.document["reason"] == "reason 0.9"
    assert incident.document["anomaly_count"] == 3
    assert incident.document["first_lines"] == ["line at 0", "line at 30", "line at 50"]
    assert incident.document["state"] == "open"


def test_a_message_is_given_a_time_and_a_reason_that_fit_it() -> None:
    found = decider().decide([finding(0.5, 0.2), finding(30, 0.9)], 0)
    (incident,) = found.incidents
    assert incident.document["since"] == "2023-11-14 22:13:20 UTC"
    assert incident.document["summary"] == incident.document["reason"]
    long = replace(finding(0), explanation=Explanation("new_template", "x" * 4000, 0))
    (incident,) = decider().decide([long], 0).incidents
    assert incident.document["summary"] == "x" * 297 + "..."
    assert incident.document["reason"] == "x" * 4000


def test_a_gap_another_namespace_or_too_long_a_time_open_another_incident() -> None:
    assert len(decider().decide([finding(0), finding(61)], 0).incidents) == 2
    assert len(decider().decide([finding(0), finding(1, namespace="other")], 0).incidents) == 2
    long = [finding(50.0 * number) for number in range(20)]
    assert len(decider().decide(long, 0).incidents) == 2


def test_event_time_closes_an_incident_and_a_late_finding_still_joins_it() -> None:
    room = decider()
    opened = room.decide([finding(0)], START).incidents[0]
    closed = room.decide([], START + 61 * SECOND).incidents[0]
    assert (closed.id, closed.document["state"]) == (opened.id, "closed")
    assert closed.version > opened.version
    late = room.decide([finding(10)], START + 62 * SECOND)
    assert late.annotations[0].document["incident_id"] == opened.id


def test_what_a_learning_service_shows_opens_no_incident() -> None:
    found = decider().decide([finding(0, learning=True)], 0)
    assert not found.incidents
    assert found.annotations[0].document["learning"] is True
    assert "incident_id" not in found.annotations[0].document


@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=40), st.integers(1, 39))
def test_state_restored_anywhere_gives_the_same_incidents(seconds: list[int], cut: int) -> None:
    whole, first = decider(), decider()
    expected, actual = [], []
    for number, second in enumerate(sorted(seconds)):
        watermark = START + second * SECOND
        expected.append(whole.decide([finding(second)], watermark))
        actual.append(first.decide([finding(second)], watermark))
        if number == cut:
            second_life = decider()
            second_life.restore(first.state())
            first = second_life
    assert actual == expected
