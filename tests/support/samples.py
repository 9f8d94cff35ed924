"""Documents for contract tests, valid by the shipped JSON Schemas."""

from typing import Any

from burl.decide import Annotation, DeadLetter, Incident, annotation_id
from burl.decide.times import for_people, rfc3339

START_NS = 1_763_820_000_123_456_789
SECOND_NS = 1_000_000_000


def uid_of(number: int) -> str:
    return f"app.log@{number}@{START_NS + number * SECOND_NS}"


def annotation(number: int, incident_id: str = "i1", **changes: Any) -> Annotation:
    time_ns = START_NS + number * SECOND_NS
    identifier = annotation_id("new_template", "shop/cart-1/app", uid_of(number))
    document: dict[str, Any] = {
        "@timestamp": rfc3339(time_ns),
        "data_start_time": rfc3339(time_ns),
        "data_end_time": rfc3339(time_ns),
        "anomaly_id": identifier,
        "incident_id": incident_id,
        "detector_id": "new_template",
        "detector_type": "new_template",
        "burl.unit": "event",
        "anomaly_kind": "new_template",
        "anomaly_grade": 0.25 + number % 4 / 8,
        "anomaly_score": 12.5,
        "threshold": 3.0,
        "p_value": 0.0001,
        "is_anomaly": True,
        "learning": False,
        "reason": f"a line of a kind never seen before: disk {number} is full",
        "service.name": f"cart{number % 3}",
        "k8s.namespace.name": "shop",
        "k8s.pod.name": "cart-1",
        "k8s.container.name": "app",
        "session.id": [f"order-{number}", f"cart-{number}"],
        "log.record.uid": uid_of(number),
        "log.record.original": f"disk {number} is full \u00e4\u0000",
        "log.record.template": "disk <*> is full",
        "log.template.id": "0123456789abcdef",
        "context": ["mounting", f"disk {number} is full"],
        "trace_id": f"{number:032x}",
        "event.kind": "alert",
        "schema_version": 1,
    }
    return Annotation(identifier, time_ns, document | changes)


def incident(number: int, version: int = 1, **changes: Any) -> Incident:
    time_ns = START_NS + number * SECOND_NS
    document: dict[str, Any] = {
        "@timestamp": rfc3339(time_ns),
        "data_start_time": rfc3339(time_ns),
        "data_end_time": rfc3339(time_ns + version * SECOND_NS),
        "incident_id": f"i{number}",
        "opened_by": annotation(number).id,
        "state": "open",
        "version": version,
        "k8s.namespace.name": "shop",
        "services": ["cart"],
        "anomaly_kinds": ["new_template"],
        "detectors": ["new_template"],
        "anomaly_grade": 0.5,
        "anomaly_count": version,
        "reason": "a line of a kind never seen before",
        "summary": "a line of a kind never seen before",
        "since": for_people(time_ns),
        "first_lines": ["disk <1> is full & broken"],
        "event.kind": "alert",
        "schema_version": 1,
    }
    return Incident(f"i{number}", version, time_ns, document | changes)


def dead_letter(number: int) -> DeadLetter:
    time_ns = START_NS + number * SECOND_NS
    document: dict[str, Any] = {
        "@timestamp": rfc3339(time_ns),
        "dead_letter_id": f"d{number}",
        "stage": "receive",
        "error.type": "Undecodable",
        "reason": "the bytes are no OTLP request",
        "original": "AAEC",
        "original_encoding": "base64",
        "original_bytes": 3,
        "schema_version": 1,
    }
    return DeadLetter(f"d{number}", time_ns, document)


def template(number: int) -> dict[str, Any]:
    """Return an entry of the catalogue of templates."""
    return {
        "@timestamp": rfc3339(START_NS + number * SECOND_NS),
        "last_seen": rfc3339(START_NS + (number + 60) * SECOND_NS),
        "log.template.id": f"{number:016x}",
        "log.record.template": f"disk <*> is full in rack {number}",
        "service.name": f"cart{number % 3}",
        "k8s.namespace.name": "shop",
        "k8s.container.name": "app",
        "log.record.original": f"disk 7 is full in rack {number}",
        "trained": bool(number % 2),
        "schema_version": 1,
    }


def template_count(number: int) -> dict[str, Any]:
    """Return how often a template was seen in an interval."""
    kept = ("log.template.id", "log.record.template", "service.name", "k8s.namespace.name")
    return {
        **{name: value for name, value in template(number).items() if name in kept},
        "@timestamp": rfc3339(START_NS + number * SECOND_NS),
        "data_end_time": rfc3339(START_NS + (number + 60) * SECOND_NS),
        "burl.agent": "node-1",
        "burl.lag_seconds": 1.5,
        "count": number + 1,
        "schema_version": 1,
    }


def verdict(number: int) -> dict[str, Any]:
    """Return what a person said about a finding."""
    about = annotation(number)
    return {
        "@timestamp": rfc3339(about.time_ns + 3600 * SECOND_NS),
        "id": f"v{number}",
        "anomaly_id": about.id,
        "incident_id": "i1",
        "verdict": ("anomaly", "normal")[number % 2],
        "detector_id": "new_template",
        "service.name": "cart",
    }
