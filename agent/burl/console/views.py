"""Documents of the store (docs/annotation.md) -> what the templates show of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from burl.console.text import Piece, compared

Document = Mapping[str, Any]
MAX_FINDINGS = 6
"""Different findings shown of one incident; the store has all."""
_MAX_EXPECTED = 5
_WHOLE = 10
"""Larger numbers are shown without a fraction."""
_TOLD_P_VALUE = 1e-6
"""Below it the figure is extrapolated further than anybody should believe."""
_KINDS = {"new_template": "new line", "rare_template": "rare line"}


class Around(NamedTuple):
    """Raw lines of the same stream around a record."""

    before: Sequence[str]
    after: Sequence[str]


NOTHING_AROUND = Around((), ())


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding, or several that say the same, by the worst of them."""

    document: Document
    count: int
    around: Around
    line: list[Piece]
    nearest: list[Piece]

    @property
    def kind(self) -> str:
        """What is odd, in words."""
        return kind_in_words(self.document["anomaly_kind"])

    @property
    def until(self) -> str:
        """When what was judged ended, where it did not last but a moment."""
        document = self.document
        lasted = document["data_end_time"] > document["data_start_time"]
        return clock_time(document["data_end_time"]) if lasted else ""

    @property
    def numbers(self) -> tuple[str, str] | None:
        """Expected and actual value, where the finding is about a number."""
        expected, actual = self.document.get("expected_value"), self.document.get("actual_value")
        if expected is None or actual is None:
            return None
        return _number(expected), _number(actual)

    @property
    def rarity(self) -> str:
        """How seldom a normal unit scores as high, in words."""
        one_in = 1 / max(self.document["p_value"], _TOLD_P_VALUE)
        words = f"one in {one_in:,.0f}"
        return words if self.document["p_value"] >= _TOLD_P_VALUE else f"fewer than {words}"

    @property
    def expected(self) -> list[str]:
        """Templates that would have been normal here; none where a number says more."""
        return [] if self.numbers else list(self.document.get("expected_templates", ()))[:_MAX_EXPECTED]

    @property
    def chance(self) -> str:
        """How probable the model held what came, where it says so."""
        probability = self.document.get("probability")
        return "" if probability is None else f"{100 * float(probability):.3g} %"

    @property
    def attention(self) -> list[tuple[str, float]]:
        """What the model looked at, and how much of its attention that had, 0 to 1."""
        try:
            detail = orjson.loads(self.document.get("burl.detail", "{}"))
            pairs = zip(detail["attention_events"], detail["attention_weights"], strict=True)
            return [(str(event), float(weight)) for event, weight in pairs]
        except (KeyError, TypeError, ValueError):
            return []

    @property
    def where(self) -> str:
        """Pod, or else the service, and container."""
        pod = self.document.get("k8s.pod.name", self.document["service.name"])
        return " / ".join(filter(None, (pod, self.document.get("k8s.container.name"))))


@dataclass(frozen=True, slots=True)
class IncidentView:
    """One incident, its different findings worst first, and what is known of it from elsewhere."""

    document: Document
    findings: list[FindingView]
    more: int
    """Different findings that are not shown."""
    verdict: str

    @property
    def kinds(self) -> list[str]:
        """What is odd, in words."""
        return [kind_in_words(kind) for kind in self.document["anomaly_kinds"]]


def kind_in_words(kind: str) -> str:
    """Return `anomaly_kind` as people say it."""
    return _KINDS.get(kind, kind.replace("_", " "))


def _number(value: float) -> str:
    """Return a number with as many digits as matter: 1,234, 56, 0.42."""
    return f"{value:,.0f}" if abs(value) >= _WHOLE or value == int(value) else f"{value:.2g}"


def clock_time(timestamp: str) -> str:
    """Return the time of day of an RFC 3339 timestamp, to the millisecond."""
    return timestamp.partition("T")[2][:12]


def incident_views(
    incidents: Iterable[Document],
    annotations: Iterable[Document],
    verdicts: Mapping[str, str],
    around: Mapping[str, Around],
) -> list[IncidentView]:
    """Return incidents, worst first.

    Args:
        incidents: incident documents.
        annotations: annotation documents; those of other incidents or of none are left out.
        verdicts: what is known of an incident from elsewhere, by `incident_id`.
        around: raw lines around a record by `log.record.uid`, where they are at hand; else the
            annotation's own `context` is shown.
    """
    members: dict[str, list[Document]] = defaultdict(list)
    for annotation in annotations:
        members[annotation.get("incident_id", "")].append(annotation)
    views = []
    for incident in sorted(incidents, key=_rank):
        name = incident["incident_id"]
        groups = _alike(members[name])
        shown = [_finding(group, around) for group in groups[:MAX_FINDINGS]]
        views.append(IncidentView(incident, shown, len(groups) - len(shown), verdicts.get(name, "")))
    return views


def _rank(incident: Document) -> tuple[float, int, str]:
    return -incident["anomaly_grade"], -incident["anomaly_count"], incident["@timestamp"]


def _alike(annotations: Iterable[Document]) -> list[list[Document]]:
    """Group findings that say the same of the same service; the worst comes first, of groups and in them."""
    groups: dict[tuple[Any, ...], list[Document]] = {}
    for document in sorted(annotations, key=lambda one: (-one["anomaly_grade"], one["@timestamp"])):
        said = document.get("log.template.id", document["reason"])
        groups.setdefault((document["service.name"], document["anomaly_kind"], said), []).append(document)
    return list(groups.values())


def _finding(group: Sequence[Document], around: Mapping[str, Around]) -> FindingView:
    worst = group[0]
    known = around.get(worst.get("log.record.uid", ""), NOTHING_AROUND)
    context = worst.get("context", ())
    line, nearest = compared(worst.get("log.record.template", ""), worst.get("nearest_template", ""))
    return FindingView(
        worst, len(group), known if known.before else Around(context, known.after), line, nearest
    )
