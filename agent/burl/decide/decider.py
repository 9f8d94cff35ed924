"""Scores -> findings -> annotations and incidents."""

from typing import Any

from burl.decide.annotate import annotate
from burl.decide.annotation import Findings
from burl.decide.finding import Finding
from burl.decide.incidents import Incidents
from burl.decide.settings import DecideSettings
from burl.decide.suppression import Suppressor
from burl.parse import Catalogue


class Decider:
    """Turns the findings of a slice into what is stored; keeps the open incidents."""

    def __init__(
        self, settings: DecideSettings, catalogue: Catalogue, suppressor: Suppressor | None = None
    ) -> None:
        """Decide for one agent.

        Args:
            settings: the bounds of incidents.
            catalogue: gives the texts of the templates that findings name.
            suppressor: hides what people called normal.
        """
        self._catalogue = catalogue
        self.suppressor = suppressor or Suppressor()
        self._incidents = Incidents(settings)
        self._watermark_ns = 0

    def decide(self, findings: list[Finding], watermark_ns: int) -> Findings:
        """Annotate `findings`, group them, and close incidents up to `watermark_ns`.

        New lines of a service that is learning, or was just deployed, open no incident; what is suppressed
        is not there.
        """
        result = Findings()
        findings.sort(key=lambda finding: (finding.time_ns, finding.source.detector_id, finding.unit_key))
        for finding in findings:
            annotation = annotate(finding, self._catalogue)
            if self.suppressor.hides(annotation.document, finding.time_ns):
                continue
            if not finding.learning and finding.deployment is None:
                annotation.document["incident_id"] = self._incidents.add(finding, annotation.id)
            result.annotations.append(annotation)
        self._watermark_ns = max(self._watermark_ns, watermark_ns)
        self._incidents.advance(self._watermark_ns)
        result.incidents = self._incidents.changes()
        return result

    def state(self) -> Any:
        """Return what `restore` needs, as msgpack-able values."""
        return [self._watermark_ns, self._incidents.state(), self.suppressor.state()]

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        self._watermark_ns, incidents, suppressor = state
        self._incidents.restore(incidents)
        self.suppressor.restore(suppressor)
