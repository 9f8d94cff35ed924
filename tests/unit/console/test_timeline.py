"""The geometry of the timeline."""

from hypothesis import given
from hypothesis import strategies as st

from burl.console.timeline import GUTTER, WIDTH, Fault, make_timeline
from support.samples import SECOND_NS, START_NS, annotation, incident

SPAN_NS = (START_NS, START_NS + 600 * SECOND_NS)
OUTAGE = Fault(
    "7", "outage", "the plug was pulled", ["db"], START_NS + 60 * SECOND_NS, START_NS + 120 * SECOND_NS
)


@given(
    st.integers(0, 10**19),
    st.integers(0, 400 * 86_400 * SECOND_NS),
    st.lists(st.integers(-100, 10_000), max_size=20),
)
def test_everything_lies_on_the_drawing(start_ns: int, length_ns: int, seconds: list[int]) -> None:
    documents = [annotation(number).document for number in seconds]
    faults = [OUTAGE._replace(start_ns=start_ns - length_ns, end_ns=start_ns + 2 * length_ns)]
    timeline = make_timeline((start_ns, start_ns + length_ns), documents, [], faults)
    places = [float(bar.x) for row in timeline.rows for bar in row.bars]
    places += [tick.x for tick in timeline.ticks]
    places += [edge for box in timeline.faults for edge in (box.x, box.x + box.width - 3)]
    assert all(GUTTER <= place <= WIDTH for place in places)
    assert len(timeline.ticks) <= 13


def test_a_row_for_each_service_a_bar_for_each_place() -> None:
    near = [annotation(0, anomaly_grade=grade).document for grade in (0.1, 0.9, 0.5)]
    far = annotation(300).document
    timeline = make_timeline(SPAN_NS, [*near, far, annotation(1).document], [], [])
    assert [row.name for row in timeline.rows] == ["cart0", "cart1"]
    first, _ = timeline.rows[0].bars
    assert "0.90" in first.title
    assert first.x == GUTTER


def test_faults_and_incidents_are_stretches_that_lead_to_incidents() -> None:
    found = OUTAGE._replace(incident_id="i3")
    timeline = make_timeline(SPAN_NS, [], [incident(3, 30).document], [OUTAGE, found])
    missed, hit = timeline.faults
    assert missed.target == ""
    assert "not found" in missed.title
    assert hit.target == "i3"
    assert "the plug was pulled" in hit.title
    assert timeline.incidents[0].target == "i3"
    assert hit.width > timeline.incidents[0].width


def test_nothing_found_is_still_a_drawing() -> None:
    timeline = make_timeline((START_NS, START_NS), [], [], [])
    assert timeline.rows == []
    assert timeline.height > 0
