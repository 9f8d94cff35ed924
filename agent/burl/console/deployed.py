"""New lines since a deployment, grouped: what would otherwise be many incidents."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from burl.console.merging import gathered


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
        kinds = "kind of lines is" if self.templates == 1 else "kinds of lines are"
        reason = f"{self.templates} {kinds} new since {self.service} {self.version} was deployed"
        return gathered(self.id, self.findings) | {"@timestamp": self.time, "reason": reason}


def deployments_of(annotations: Iterable[dict[str, Any]]) -> list[Deployed]:
    """Return the deployments that annotations are new since, newest first."""
    found: dict[str, Deployed] = {}
    for one in annotations:
        if one.get("new_since_deploy"):
            identifier = one["deployment.id"]
            new = Deployed(identifier, one["service.name"], one["deployment.version"], one["deployment.time"])
            found.setdefault(identifier, new).findings.append(one)
    return sorted(found.values(), key=lambda deployed: deployed.time, reverse=True)
