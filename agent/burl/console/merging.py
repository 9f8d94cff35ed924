"""Incidents of several agents that are one thing to look at: of one namespace, at the same time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from burl.console.views import Document


@dataclass(slots=True)
class Together:
    """Incidents of one namespace whose times overlap, in order of their start.

    Attributes:
        document: the first of them, with what is true of all.
        ids: `incident_id` of each; of a deployment, its `deployment.id`; none where a finding stands alone.
        deployed: True for the new lines of a deployment, which are no incident.
    """

    document: dict[str, Any]
    ids: list[str]
    deployed: bool = False


def merged(incidents: Iterable[Document]) -> list[Together]:
    """Return incidents, newest first; those of one namespace that overlap are one."""
    found: dict[str, list[Together]] = {}
    for incident in sorted(incidents, key=lambda one: (one["data_start_time"], one["incident_id"])):
        group = found.setdefault(incident.get("k8s.namespace.name", ""), [])
        if group and incident["data_start_time"] <= group[-1].document["data_end_time"]:
            _join(group[-1], incident)
        else:
            group.append(Together(dict(incident), [incident["incident_id"]]))
    together = [one for group in found.values() for one in group]
    return sorted(together, key=lambda one: str(one.document["data_start_time"]), reverse=True)


def gathered(identifier: str, findings: Sequence[Document]) -> dict[str, Any]:
    """Return what an incident's document would say of `findings`, of which there is at least one."""
    worst = max(findings, key=lambda finding: float(finding["anomaly_grade"]))
    start = min(finding["data_start_time"] for finding in findings)
    return {
        "@timestamp": start,
        "data_start_time": start,
        "data_end_time": max(finding["data_end_time"] for finding in findings),
        "incident_id": identifier,
        "state": "",
        "services": sorted({finding["service.name"] for finding in findings}),
        "anomaly_kinds": sorted({finding["anomaly_kind"] for finding in findings}),
        "anomaly_grade": worst["anomaly_grade"],
        "anomaly_count": len(findings),
        "reason": worst["reason"],
    }


def _join(together: Together, incident: Document) -> None:
    document = together.document
    if incident["anomaly_grade"] > document["anomaly_grade"]:
        document |= {name: incident[name] for name in ("anomaly_grade", "reason")}
    for name in ("services", "anomaly_kinds", "detectors"):
        document[name] = list(dict.fromkeys([*document[name], *incident[name]]))
    document["anomaly_count"] += incident["anomaly_count"]
    document["data_end_time"] = max(document["data_end_time"], incident["data_end_time"])
    document["state"] = "open" if "open" in (document["state"], incident["state"]) else "closed"
    together.ids.append(incident["incident_id"])
