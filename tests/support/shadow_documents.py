"""What a champion and the challenger beside it leave behind."""

from typing import Any

from burl.decide.annotation import Annotation
from burl.decide.times import rfc3339
from support.samples import SECOND_NS, START_NS, annotation

HOUR_SECONDS = 3600


def of_champion(number: int, **changes: Any) -> Annotation:
    """Return a finding of the champion `old`, in an incident of its own."""
    return annotation(number, incident_id=f"i{number}", model_version="old", **changes)


def of_challenger(number: int, **changes: Any) -> dict[str, Any]:
    """Return a finding of the challenger `new`."""
    found = annotation(number, incident_id=f"s{number}", model_version="new", **changes).document
    return found | {
        "id": f"f{number}",
        "burl.shadow.document": "finding",
        "burl.shadow.challenger": "new",
    }


def run(agent: str, first: int, last: int, **changes: Any) -> dict[str, Any]:
    """Return how far the challenger has come at an agent: which seconds of logs it saw."""
    return {
        "id": agent,
        "@timestamp": rfc3339(START_NS),
        "burl.shadow.document": "run",
        "burl.shadow.challenger": "new",
        "burl.shadow.champion": "old",
        "data_start_time": rfc3339(START_NS + first * SECOND_NS),
        "data_end_time": rfc3339(START_NS + last * SECOND_NS),
        "burl.shadow.records": 1000,
        "burl.shadow.cpu_seconds": 0.5,
        "burl.shadow.champion_records": 2000,
        "burl.shadow.champion_cpu_seconds": 0.2,
    } | changes
