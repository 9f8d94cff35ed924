from typing import Any

from burl.console.merging import merged


def incident(name: str, start: int, end: int, namespace: str = "shop", **changes: Any) -> dict[str, Any]:
    times = {
        "data_start_time": f"2026-11-22T10:00:{start:02}Z",
        "data_end_time": f"2026-11-22T10:00:{end:02}Z",
    }
    return {
        "incident_id": name,
        "k8s.namespace.name": namespace,
        "services": [name],
        "anomaly_kinds": ["rate"],
        "detectors": ["rate"],
        "anomaly_grade": 0.5,
        "anomaly_count": 2,
        "reason": name,
        "state": "closed",
        **times,
        **changes,
    }


def test_incidents_of_one_namespace_that_overlap_are_one() -> None:
    worse = incident("b", 5, 20, anomaly_grade=0.9, state="open")
    (one,) = merged([incident("c", 19, 30), worse, incident("a", 0, 10)])
    assert one.ids == ["a", "b", "c"]
    document = one.document
    assert (document["anomaly_count"], document["reason"], document["state"]) == (6, "b", "open")
    assert document["services"] == ["a", "b", "c"]
    assert document["data_end_time"].endswith("30Z")


def test_others_stay_apart_newest_first() -> None:
    found = merged([incident("a", 0, 10), incident("b", 11, 12), incident("c", 5, 9, namespace="other")])
    assert [one.ids for one in found] == [["b"], ["c"], ["a"]]
