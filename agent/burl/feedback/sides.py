"""What champion and challenger found in the same stretch of time, and who agrees with what people said.

Documents in, figures out: nothing here reads a store.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from burl.decide.finding import ONLINE_VERSION
from burl.decide.suppression import Suppressor
from burl.decide.times import from_rfc3339
from burl.feedback.verdict import suppression

Document = Mapping[str, Any]
_DAY_SECONDS = 86_400
_GAP_NS = 60 * 10**9
"""Incidents of one namespace that are no further apart are about the same."""


@dataclass(frozen=True, slots=True)
class Runs:
    """How a challenger's runs went, at all agents together; times in nanoseconds since the epoch.

    Attributes:
        hidden: verdicts that had findings of the champion hidden meanwhile.
    """

    spans: list[tuple[int, int]]
    champions: frozenset[str]
    hidden: frozenset[str]
    records: int
    cpu_seconds: float
    champion_records: int
    champion_cpu_seconds: float
    passed_requests: int
    errors: int

    @property
    def seconds(self) -> float:
        """Event time that was looked at, each stretch once."""
        return sum(end - start for start, end in self.spans) / 1e9

    def holds(self, document: Document) -> bool:
        """Return True when the finding lies in a stretch that the challenger saw."""
        time_ns = from_rfc3339(document["@timestamp"])
        return any(start <= time_ns <= end for start, end in self.spans)


@dataclass(slots=True)
class Found:
    """One incident of one side."""

    namespace: str
    start_ns: int
    end_ns: int
    findings: list[Document] = field(default_factory=list)

    def meets(self, other: "Found") -> bool:
        """Return True when both are of one namespace, at the same time."""
        near = self.start_ns <= other.end_ns + _GAP_NS and other.start_ns <= self.end_ns + _GAP_NS
        return self.namespace == other.namespace and near

    @property
    def worst(self) -> Document:
        """The finding that speaks for it."""
        return max(self.findings, key=lambda finding: float(finding["anomaly_grade"]))


@dataclass(slots=True)
class Agreement:
    """Verdicts that a side agrees with, of those that can be told in this stretch of time.

    Attributes:
        anomaly: lines called an anomaly that it found, of the `anomalies`.
        normal: verdicts `normal` of which it found nothing like, of the `normals`.
        missed: lines that had been missed and that it found, of the `misses`.
    """

    anomaly: int = 0
    anomalies: int = 0
    normal: int = 0
    normals: int = 0
    missed: int = 0
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two found.

    Attributes:
        incidents: it opened, or would have.
        called_normal: incidents of which people said, of all that is in them, that it is normal.
        called_anomaly: incidents with a finding that people called an anomaly.
    """

    findings: int
    incidents: list[Found]
    called_normal: int
    called_anomaly: int
    agreement: Agreement

    def a_day(self, seconds: float) -> dict[str, float]:
        """Return false alarms a day: those known, and those that would be if all not judged are false."""
        days = max(seconds, 1.0) / _DAY_SECONDS
        not_known_true = len(self.incidents) - self.called_anomaly
        return {
            "incidents_a_day": len(self.incidents) / days,
            "false_alarms_a_day_at_least": self.called_normal / days,
            "false_alarms_a_day_at_most": not_known_true / days,
        }


def runs_of(documents: Iterable[Document]) -> Runs:
    """Return the runs among what is stored of a challenger."""
    runs = [one for one in documents if one["burl.shadow.document"] == "run"]
    spans = [(from_rfc3339(run["data_start_time"]), from_rfc3339(run["data_end_time"])) for run in runs]
    return Runs(
        spans=_union([span for span in spans if span[1] > 0]),
        champions=frozenset(str(run["burl.shadow.champion"]) for run in runs),
        hidden=frozenset(name for run in runs for name in run.get("burl.shadow.champion_hidden", ())),
        records=_sum(runs, "records"),
        cpu_seconds=_sum(runs, "cpu_seconds"),
        champion_records=_sum(runs, "champion_records"),
        champion_cpu_seconds=_sum(runs, "champion_cpu_seconds"),
        passed_requests=_sum(runs, "passed_requests"),
        errors=_sum(runs, "errors"),
    )


def side_of(
    findings: Iterable[Document],
    verdicts: Sequence[dict[str, Any]],
    supersedes: Mapping[str, str],
    hidden: Collection[str] = (),
) -> Side:
    """Return what one side found.

    Args:
        findings: its annotations in the stretch of time; those made while learning do not count.
        verdicts: in force, and of what lies in this stretch of time.
        supersedes: ids of older templates -> the template that its bundle has in their place.
        hidden: verdicts that had findings of this side hidden, which are not among `findings` therefore.
    """
    counted = [one for one in findings if not one["learning"] and "incident_id" in one]
    normal = _normal(verdicts, supersedes)
    incidents = _incidents(counted)
    told = {one["anomaly_id"] for one in counted if normal.hides(one, from_rfc3339(one["@timestamp"]))}
    uids = {one["log.record.uid"] for one in verdicts if one["verdict"] == "anomaly" and _uid(one)}
    return Side(
        findings=len(counted),
        incidents=incidents,
        called_normal=sum(all(f["anomaly_id"] in told for f in one.findings) for one in incidents),
        called_anomaly=sum(any(_uid(f) in uids for f in one.findings) for one in incidents),
        agreement=_agreement(counted, verdicts, {*hidden, *normal.hidden}),
    )


def shared(one: Side, other: Side) -> int:
    """Return how many incidents of `one` are about what `other` found, too."""
    return sum(any(mine.meets(theirs) for theirs in other.incidents) for mine in one.incidents)


def only(one: Side, other: Side) -> list[Found]:
    """Return the incidents of `one` that `other` has nothing of, worst first."""
    alone = [mine for mine in one.incidents if not any(mine.meets(theirs) for theirs in other.incidents)]
    return sorted(alone, key=lambda found: -float(found.worst["anomaly_grade"]))


def champions_own(annotations: Iterable[dict[str, Any]], runs: Runs) -> list[dict[str, Any]]:
    """Return the annotations of the champions that ran beside the challenger, in what it saw."""
    versions = runs.champions | {ONLINE_VERSION}
    return [one for one in annotations if one.get("model_version") in versions and runs.holds(one)]


def told_in(verdicts: Iterable[dict[str, Any]], findings: Iterable[Document]) -> list[dict[str, Any]]:
    """Return the verdicts that can be compared: of anomalies, those that are among `findings`.

    Of verdicts that call the same normal, only the newest counts; they come newest first.
    """
    uids = {_uid(one) for one in findings} - {""}
    told: dict[str, dict[str, Any]] = {}
    for one in verdicts:
        if one["verdict"] == "normal":
            told.setdefault(repr(suppression(one)["match"]), one)
        elif one["verdict"] == "missed" or _uid(one) in uids:
            told[one["id"]] = one
    return list(told.values())


def _normal(verdicts: Sequence[dict[str, Any]], supersedes: Mapping[str, str]) -> Suppressor:
    rules = Suppressor(supersedes=supersedes)
    rules.use([suppression(one) for one in verdicts if one["verdict"] == "normal"])
    return rules


def _incidents(findings: Iterable[Document]) -> list[Found]:
    found: dict[str, Found] = {}
    for one in findings:
        time_ns = from_rfc3339(one["@timestamp"])
        namespace = str(one.get("k8s.namespace.name", ""))
        incident = found.setdefault(one["incident_id"], Found(namespace, time_ns, time_ns))
        incident.start_ns, incident.end_ns = min(incident.start_ns, time_ns), max(incident.end_ns, time_ns)
        incident.findings.append(one)
    return list(found.values())


def _agreement(
    findings: Sequence[Document], verdicts: Sequence[dict[str, Any]], against: Collection[str]
) -> Agreement:
    uids = {_uid(one) for one in findings}
    lines = {one.get("log.record.original") for one in findings}
    agreement = Agreement()
    for one in verdicts:
        if one["verdict"] == "anomaly" and _uid(one):
            agreement.anomalies += 1
            agreement.anomaly += _uid(one) in uids
        elif one["verdict"] == "missed":
            agreement.misses += 1
            agreement.missed += one.get("log.record.original") in lines or _uid(one) in uids - {""}
        elif one["verdict"] == "normal":
            agreement.normals += 1
            agreement.normal += one["id"] not in against
    return agreement


def _uid(document: Document) -> str:
    return str(document.get("log.record.uid", ""))


def _union(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _sum(runs: Iterable[Document], name: str) -> Any:
    return sum(run.get(f"burl.shadow.{name}", 0) for run in runs)
