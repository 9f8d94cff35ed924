"""Reads what champion and challenger found, and says how they compare."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from burl.errors import NotThereError
from burl.feedback.desk import Desk
from burl.feedback.sides import Found, Runs, Side, champions_own, only, runs_of, shared, side_of, told_in
from burl.feedback.verdict import in_force
from burl.write.base import Store

_MAX_DOCUMENTS = 200_000
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Comparison:
    """A challenger beside the champion, in the stretch of time that both saw."""

    challenger_version: str
    runs: Runs
    champion: Side
    challenger: Side

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        runs = self.runs
        return {
            "challenger_version": self.challenger_version,
            "champion_versions": sorted(runs.champions),
            "seconds_of_logs": runs.seconds,
            "passed_requests": runs.passed_requests,
            "errors": runs.errors,
            "champion": self._side(self.champion, self.challenger)
            | _cost(runs.champion_records, runs.champion_cpu_seconds),
            "challenger": self._side(self.challenger, self.champion) | _cost(runs.records, runs.cpu_seconds),
        }

    def _side(self, side: Side, other: Side) -> dict[str, Any]:
        return {
            "findings": side.findings,
            "incidents": len(side.incidents),
            "incidents_of_both": shared(side, other),
            "incidents_called_normal": side.called_normal,
            "incidents_called_anomaly": side.called_anomaly,
            **side.a_day(self.runs.seconds),
            "agreement": asdict(side.agreement),
            "alone": [_told(found) for found in only(side, other)[:_SHOWN]],
        }


def compare(store: Store, desk: Desk, version: str, supersedes: Mapping[str, str]) -> Comparison:
    """Return how the challenger `version` did beside the champion.

    Args:
        store: has what both found.
        desk: has what people said.
        version: of the challenger.
        supersedes: ids of older templates -> the template that the challenger has in their place.

    Raises:
        NotThereError: it has not run anywhere yet.
        SinkError: the store cannot be read.
    """
    documents = store.shadow(version, limit=_MAX_DOCUMENTS)
    runs = runs_of(documents)
    if not runs.spans:
        raise NotThereError(f"the challenger {version} has seen nothing yet; agents need bundle.registry")
    theirs = [one for one in documents if one["burl.shadow.document"] == "finding"]
    stored = store.annotations(since_ns=runs.spans[0][0], limit=_MAX_DOCUMENTS)
    mine = champions_own(stored, runs)
    verdicts = told_in(in_force(desk.verdicts()), [*mine, *theirs])
    return Comparison(
        version, runs, side_of(mine, verdicts, {}, runs.hidden), side_of(theirs, verdicts, supersedes)
    )


def _cost(records: int, cpu_seconds: float) -> dict[str, Any]:
    return {
        "records": records,
        "cpu_seconds": cpu_seconds,
        "cpu_microseconds_a_record": 1e6 * cpu_seconds / records if records else None,
    }


def _told(found: Found) -> dict[str, Any]:
    worst = found.worst
    names = ("@timestamp", "service.name", "anomaly_kind", "anomaly_grade", "reason", "log.record.original")
    return {name: worst[name] for name in names if name in worst} | {"findings": len(found.findings)}
