"""Documents of the store as the templates show them."""

from typing import Any

from burl.console.views import MAX_FINDINGS, Around, FindingView, incident_views
from support.samples import annotation, incident, uid_of


def document(number: int, **changes: Any) -> dict[str, Any]:
    return annotation(number, "i0", **changes).document


def findings(*documents: dict[str, Any], around: dict[str, Around] | None = None) -> list[FindingView]:
    return incident_views([incident(0).document], documents, {}, around or {})[0].findings


def test_incidents_come_worst_first() -> None:
    grades = [0.2, 0.9, 0.9]
    counts = [1, 1, 7]
    documents = [
        incident(n, anomaly_grade=grade, anomaly_count=count).document
        for n, (grade, count) in enumerate(zip(grades, counts, strict=True))
    ]
    views = incident_views(documents, [], {"i0": "false"}, {})
    assert [view.document["incident_id"] for view in views] == ["i2", "i1", "i0"]
    assert [view.verdict for view in views] == ["", "", "false"]


def test_findings_that_say_the_same_are_one_with_a_count() -> None:
    same = {"log.template.id": "t", "service.name": "cart"}
    views = findings(
        document(1, anomaly_grade=0.2, **same),
        document(2, anomaly_grade=0.7, **same),
        document(3, anomaly_grade=0.1, **same | {"service.name": "other"}),
    )
    assert [(view.count, view.document["anomaly_grade"]) for view in views] == [(2, 0.7), (1, 0.1)]


def test_what_is_left_out_is_counted() -> None:
    documents = [document(n, **{"log.template.id": f"t{n}"}) for n in range(MAX_FINDINGS + 3)]
    view = incident_views([incident(0).document], documents, {}, {})[0]
    assert len(view.findings) == MAX_FINDINGS
    assert view.more == 3


def test_findings_of_other_incidents_and_of_none_are_left_out() -> None:
    loose = document(1)
    del loose["incident_id"]
    assert findings(loose, annotation(2, "another").document) == []


def test_what_the_model_looked_at_and_how_probable_it_held_what_came() -> None:
    detail = '{"attention_events": ["open", "close"], "attention_weights": [0.25, 0.75]}'
    told, untold = findings(
        document(0, **{"log.template.id": "a", "probability": 0.00123, "burl.detail": detail}),
        document(1, **{"log.template.id": "b", "anomaly_grade": 0.1, "burl.detail": "no JSON"}),
    )
    assert (told.chance, told.attention) == ("0.123 %", [("open", 0.25), ("close", 0.75)])
    assert (untold.chance, untold.attention) == ("", [])


def test_raw_lines_at_hand_win_over_the_context() -> None:
    at_hand = {uid_of(1): Around(["before"], ["after"])}
    kept, known = findings(
        document(0, **{"log.template.id": "a"}),
        document(1, **{"log.template.id": "b", "anomaly_grade": 0.1}),
        around=at_hand,
    )
    assert kept.around == Around(["mounting", "disk 0 is full"], ())
    assert known.around == Around(["before"], ["after"])


def test_a_number_is_shown_in_place_of_expected_templates() -> None:
    (view,) = findings(document(0, expected_value=0.4212, actual_value=1234.0, expected_templates=["x"]))
    assert view.numbers == ("0.42", "1,234")
    assert view.expected == []


def test_expected_templates_are_a_few() -> None:
    (view,) = findings(document(0, expected_templates=[f"template {n}" for n in range(50)]))
    assert view.numbers is None
    assert view.expected[0] == "template 0"
    assert len(view.expected) < 10


def test_figures_are_not_told_beyond_belief() -> None:
    told, extrapolated = findings(
        document(0, p_value=0.002, **{"log.template.id": "a"}),
        document(1, p_value=1e-12, anomaly_grade=0.1, **{"log.template.id": "b"}),
    )
    assert told.rarity == "one in 500"
    assert extrapolated.rarity == "fewer than one in 1,000,000"


def test_without_a_pod_it_is_the_service() -> None:
    silent = document(0, **{"service.name": "cart"})
    del silent["k8s.pod.name"]
    (view,) = findings(silent)
    assert view.where == "cart / app"
