"""New lines since a deployment, grouped: what would otherwise be many incidents."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Deployed:
    """One deployment of one service, and what is new since; findings in order of time."""

    id: str
    service: str
    version: str
    time: str
    findings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def templates(self) -> int:
        """How many kinds of lines are new."""
        return len({finding.get("log.template.id") for finding in self.findings})

    def document(self) -> dict[str, Any]:
        """Return it as an incident's document, for the page that shows one."""
        times = [finding["@timestamp"] for finding in self.findings]
        kinds = "kind of lines is" if self.templates == 1 else "kinds of lines are"
        return {
            "@timestamp": self.time,
            "data_start_time": min(times),
            "data_end_time": max(times),
            "incident_id": self.id,
            "state": "",
            "services": [self.service],
            "anomaly_kinds": sorted({finding["anomaly_kind"] for finding in self.findings}),
            "anomaly_grade": max(finding["anomaly_grade"] for finding in self.findings),
            "anomaly_count": len(self.findings),
            "reason": f"{self.templates} {kinds} new since {self.service} {self.version} was deployed",
        }


def deployments_of(annotations: Iterable[dict[str, Any]]) -> list[Deployed]:
    """Return the deployments that annotations are new since, newest first."""
    found: dict[str, Deployed] = {}
    for one in annotations:
        if one.get("new_since_deploy"):
            identifier = one["deployment.id"]
            new = Deployed(identifier, one["service.name"], one["deployment.version"], one["deployment.time"])
            found.setdefault(identifier, new).findings.append(one)
    return sorted(found.values(), key=lambda deployed: deployed.time, reverse=True)
