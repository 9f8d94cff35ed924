"""What the console reads: the store and the registry, as the pages show them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from burl.bundle import Manifest
from burl.bundle.registry import Registry
from burl.console.deployed import Deployed, deployments_of
from burl.console.merging import Together, gathered, merged
from burl.console.views import Document, IncidentView, incident_views
from burl.decide.times import from_rfc3339
from burl.errors import BundleError, NotThereError
from burl.feedback import Desk
from burl.feedback.verdict import in_force, template_names
from burl.write.base import Store

_DAY_NS = 86_400 * 10**9
_MAX_INCIDENTS = 1_000
_MAX_ANNOTATIONS = 20_000


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template as it was found, in one service."""

    id: str
    name: str
    text: str
    service: str
    first_seen: str
    last_seen: str
    count: int


@dataclass(frozen=True, slots=True)
class BundleView:
    """A bundle of the registry; `problem` says why it cannot be used."""

    version: str
    alias: str
    manifest: Manifest | None
    problem: str = ""


class Library:
    """Reads; nothing here changes anything."""

    def __init__(self, store: Store, desk: Desk, registry: Registry | None, days: int) -> None:
        """Args: `days` before the newest incident are looked at."""
        self._store, self._desk, self._registry, self._days = store, desk, registry, days

    def incidents(self) -> list[tuple[Together, str]]:
        """Return incidents, newest first, each with what people said of it."""
        said = self._said()
        return [(one, _joined(said, one.ids)) for one in merged(self._recent())]

    def incident(self, incident_id: str) -> tuple[IncidentView, Together]:
        """Return an incident with its findings. Raises NotThereError."""
        found = next((one for one in merged(self._recent()) if incident_id in one.ids), None)
        names = found.ids if found else [incident_id]
        annotations = [a for name in names for a in self._store.annotations(incident_id=name)]
        if found is None:  # older than what is looked at: its findings say enough
            if not annotations:
                raise NotThereError(f"there is no incident {incident_id}")
            found = Together(gathered(incident_id, annotations), [incident_id])
        together = [a | {"incident_id": found.ids[0]} for a in annotations]
        words = {found.ids[0]: _joined(self._said(), found.ids)}
        return incident_views([found.document], together, words, {})[0], found

    def deployments(self) -> list[Deployed]:
        """Return the deployments of late that brought new lines, newest first."""
        return deployments_of(self._store.annotations(since_ns=self._since_ns(), limit=_MAX_ANNOTATIONS))

    def deployment(self, deployment_id: str) -> tuple[IncidentView, Together]:
        """Return the new lines of a deployment as those of an incident are. Raises NotThereError."""
        found = self._deployed(deployment_id)
        together = Together(found.document(), [found.id], deployed=True)
        members = [finding | {"incident_id": found.id} for finding in found.findings]
        return incident_views([together.document], members, {}, {})[0], together

    def new_lines(self, deployment_id: str) -> list[dict[str, Any]]:
        """Return a finding of each new kind of lines of a deployment. Raises NotThereError."""
        found = self._deployed(deployment_id).findings
        return list({finding.get("log.template.id"): finding for finding in found}.values())

    def finding(self, anomaly_id: str) -> tuple[IncidentView, Together]:
        """Return a finding by itself: of a new deployment, or while its service is learnt."""
        document = self._finding(anomaly_id)
        together = Together(gathered(anomaly_id, [document]), [])
        member = document | {"incident_id": anomaly_id}
        return incident_views([together.document], [member], {}, {})[0], together

    def incident_of(self, anomaly_id: str) -> str:
        """Return the id of the incident that a finding belongs to, or "". Raises NotThereError."""
        return str(self._finding(anomaly_id).get("incident_id", ""))

    def templates(self) -> list[TemplateView]:
        """Return the templates that findings of late name, those last seen first."""
        since_ns = self._since_ns()
        seen: dict[tuple[str, str], list[Document]] = {}
        for annotation in self._store.annotations(since_ns=since_ns, limit=_MAX_ANNOTATIONS):
            if "log.template.id" in annotation:
                key = annotation["log.template.id"], annotation["service.name"]
                seen.setdefault(key, []).append(annotation)
        names = template_names(self._desk.verdicts())
        views = [
            TemplateView(
                identifier,
                names.get(identifier, ""),
                str(found[-1].get("log.record.template", "")),
                service,
                min(a["@timestamp"] for a in found),
                max(a["@timestamp"] for a in found),
                len(found),
            )
            for (identifier, service), found in seen.items()
        ]
        return sorted(views, key=lambda view: view.last_seen, reverse=True)

    def bundles(self) -> list[BundleView]:
        """Return the bundles of the registry, newest first; none without one."""
        if self._registry is None:
            return []
        aliases = {self._registry.version(alias): alias for alias in ("challenger", "champion")}
        versions = self._registry.versions()[::-1]
        return [_bundle(self._registry, version, aliases.get(version, "")) for version in versions]

    def verdicts(self) -> list[tuple[dict[str, Any], bool]]:
        """Return verdicts, newest first, and whether each can be taken back."""
        history = self._desk.verdicts(_MAX_INCIDENTS)
        counting = {verdict["id"] for verdict in in_force(history)}
        return [(verdict, verdict["id"] in counting) for verdict in history]

    def suppressions(self) -> list[dict[str, Any]]:
        """Return what is hidden now."""
        return self._desk.suppressions()

    def _finding(self, anomaly_id: str) -> dict[str, Any]:
        found = self._store.annotations(anomaly_id=anomaly_id, limit=1)
        if not found:
            raise NotThereError(f"there is no finding {anomaly_id}")
        return found[0]

    def _deployed(self, deployment_id: str) -> Deployed:
        found = next((one for one in self.deployments() if one.id == deployment_id), None)
        if found is None:
            raise NotThereError(f"there is no deployment {deployment_id}, or it is too old")
        return found

    def _recent(self) -> list[dict[str, Any]]:
        return self._store.incidents(since_ns=self._since_ns(), limit=_MAX_INCIDENTS)

    def _since_ns(self) -> int:
        """Return where lists begin: logs may be older than the clock says."""
        newest = self._store.incidents(limit=1)
        return max(0, from_rfc3339(newest[0]["@timestamp"]) - self._days * _DAY_NS) if newest else 0

    def _said(self) -> dict[str, Counter[str]]:
        said: dict[str, Counter[str]] = {}
        for verdict in in_force(self._desk.verdicts()):
            said.setdefault(verdict.get("incident_id", ""), Counter())[verdict["verdict"]] += 1
        return said


def _bundle(registry: Registry, version: str, alias: str) -> BundleView:
    try:
        return BundleView(version, alias, registry.manifest(version))
    except BundleError as error:
        return BundleView(version, alias, None, str(error))


def _joined(said: dict[str, Counter[str]], ids: list[str]) -> str:
    total = sum((said.get(name, Counter()) for name in ids), Counter[str]())
    return ", ".join(sorted(total))
