"""Judging annotations against injected faults: which episodes and sessions were found, what was false.

The definition (the shop form of a dataset: CRI logs with labels, episodes and sessions):

* An incident *finds* an episode when at least half of the records its annotations name are labelled for it;
  for faults that only take lines away, when it holds a silence or rate finding on a listed service between
  the episode's start and end + tail. At most one episode each.
* It is *false* when none of its records is labelled and no fault that only takes lines away is on. Those that
  begin during normal operations of the harness (a release, a reload) are counted apart.
* A session is *found* when one of its ids is among the ids of a flagged session; precision is the share of
  listed ones among all sessions flagged outside of the episodes of other faults.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from burl.decide.times import from_rfc3339

_OPERATION_SECONDS = 30.0
"""How long after a normal operation's last event its incidents are counted apart."""
_SEQUENCE_FAULTS = "seq_"


@dataclass(frozen=True, slots=True)
class Episode:
    """One injected fault; times in seconds since the epoch."""

    number: int
    kind: str
    start: float
    end: float
    tail_seconds: float
    services: tuple[str, ...]
    visible: bool
    absence: bool
    description: str = ""

    def on(self, start: float, end: float) -> bool:
        """Return True when the episode, tail included, overlaps [start, end]."""
        return self.start <= end and start <= self.end + self.tail_seconds


@dataclass(frozen=True, slots=True)
class Truth:
    """What a dataset of the shop form says about its test part."""

    episodes: list[Episode]
    labels: Mapping[str, int]
    """Episode number by record uid."""
    sessions: list[frozenset[str]]
    """Ids of every anomalous session."""
    operations: list[tuple[float, float]]
    """Stretches of normal operations."""


@dataclass(slots=True)
class EpisodeFigures:
    """The outcome; `missed` and `false` name what to look at."""

    episodes: int = 0
    episodes_found: int = 0
    incidents: int = 0
    incidents_false: int = 0
    incidents_of_operations: int = 0
    sessions: int = 0
    sessions_found: int = 0
    session_precision: float = 0.0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    found_by: dict[str, int] = field(default_factory=dict)
    """Number of the episode by the id of each incident that finds one."""
    unexplained: dict[str, Literal["false", "operation"]] = field(default_factory=dict)
    """How the incidents that find nothing labelled are counted, by their ids."""


def read_truth(directory: Path, part: str = "test") -> Truth:
    """Read the truth of the dataset at `directory` (tables may be gzipped). Raises OSError or ValueError."""
    episodes = [_episode(row) for row in _rows(directory / "episodes.jsonl")]
    lines: dict[str, dict[int, int]] = defaultdict(dict)
    for row in _rows(directory / "labels.jsonl"):
        lines[row["file"]][row["line"]] = row["episode"]
    labels: dict[str, int] = {}
    for path in sorted((directory / part).glob("*.log.gz")):
        labels |= dict(_labelled_uids(path, lines[f"{part}/{path.name}"]))
    sessions = [frozenset(_session_ids(row)) for row in _rows(directory / "sessions.jsonl")]
    return Truth(episodes, labels, sessions, list(_operations(directory / "events.jsonl")))


def judge(annotations: Iterable[Mapping[str, Any]], truth: Truth) -> EpisodeFigures:
    """Compare annotations (documents, learning ones left out) with the truth."""
    by_incident: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for document in annotations:
        if "incident_id" in document:
            by_incident[document["incident_id"]].append(document)
    figures = EpisodeFigures(
        episodes=sum(episode.visible for episode in truth.episodes),
        incidents=len(by_incident),
        sessions=len(truth.sessions),
    )
    figures.found_by = {
        incident: number for incident, members in by_incident.items() if (number := _finds(members, truth))
    }
    found = set(figures.found_by.values())
    visible = [episode for episode in truth.episodes if episode.visible]
    figures.episodes_found = sum(episode.number in found for episode in visible)
    figures.missed = [f"{e.number} {e.kind}" for e in visible if e.number not in found]
    for incident, members in by_incident.items():
        _count_false(incident, members, truth, figures)
    _judge_sessions([d for members in by_incident.values() for d in members], truth, figures)
    return figures


def _finds(members: list[Mapping[str, Any]], truth: Truth) -> int | None:
    uids = {document["log.record.uid"] for document in members if document.get("log.record.uid")}
    votes = Counter(truth.labels[uid] for uid in uids if uid in truth.labels)
    for number, count in votes.most_common(1):
        if 2 * count >= len(uids):
            return number
    for episode in truth.episodes:
        if episode.absence and any(_shows_absence(document, episode) for document in members):
            return episode.number
    return None


def _shows_absence(document: Mapping[str, Any], episode: Episode) -> bool:
    if document["anomaly_kind"] not in ("silence", "rate"):
        return False
    start, end = _seconds(document["data_start_time"]), _seconds(document["data_end_time"])
    return document.get("k8s.container.name") in episode.services and episode.on(start, end)


def _count_false(
    incident: str, members: list[Mapping[str, Any]], truth: Truth, figures: EpisodeFigures
) -> None:
    if any(document.get("log.record.uid") in truth.labels for document in members):
        return
    times = [_seconds(document["@timestamp"]) for document in members]
    start, end = min(times), max(times)
    if any(episode.absence and episode.on(start, end) for episode in truth.episodes):
        return
    worst = max(members, key=lambda document: document["anomaly_grade"])
    told = f"{worst['@timestamp']} {worst['detector_id']} {worst['service.name']}: {worst['reason']}"
    if any(begin <= start <= until for begin, until in truth.operations):
        figures.incidents_of_operations += 1
        figures.unexplained[incident] = "operation"
        figures.false.append(f"(operation) {told}")
    else:
        figures.incidents_false += 1
        figures.unexplained[incident] = "false"
        figures.false.append(told)


def _judge_sessions(documents: list[Mapping[str, Any]], truth: Truth, figures: EpisodeFigures) -> None:
    flagged = {d["session.id"][0]: d for d in documents if d.get("session.id")}
    ids = {identifier for d in flagged.values() for identifier in d["session.id"]}
    figures.sessions_found = sum(bool(session & ids) for session in truth.sessions)
    listed = frozenset().union(*truth.sessions)
    judged = hits = 0
    for document in flagged.values():
        hit = not listed.isdisjoint(document["session.id"])
        at = _seconds(document["@timestamp"])
        other = any(e.on(at, at) and not e.kind.startswith(_SEQUENCE_FAULTS) for e in truth.episodes)
        judged += hit or not other
        hits += hit
    figures.session_precision = hits / judged if judged else 0.0


def _episode(row: dict[str, Any]) -> Episode:
    return Episode(
        number=row["episode"],
        kind=row["kind"],
        start=row["start"],
        end=row["end"],
        tail_seconds=row["tail_s"],
        services=tuple(row["services"]),
        visible=row["visible"],
        absence="lines_per_s" in row,
        description=row.get("description", ""),
    )


def _session_ids(row: dict[str, Any]) -> Iterator[str]:
    for key in ("cart", "order", "job", "rma"):
        if row.get(key) is not None:
            yield str(row[key])
    yield from map(str, row.get("jobs", ()))


def _labelled_uids(path: Path, lines: Mapping[int, int]) -> Iterator[tuple[str, int]]:
    """Yield (uid, episode) of the records of which at least one line is labelled."""
    if not lines:
        return
    offset, start, parts = 0, 0, [0]
    with gzip.open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            time, _, flag, _ = line.split(b" ", 3)
            if len(parts) == 1:
                start = offset
            parts.append(number)
            offset += len(line)
            if flag == b"P":
                continue
            episode = next((lines[part] for part in parts if part in lines), None)
            if episode is not None:
                yield f"{path.name}@{start}@{time.decode()}", episode
            parts = [0]


def _operations(path: Path) -> Iterator[tuple[float, float]]:
    began: dict[str, float] = {}
    for row in _rows(path):
        kind = row["kind"]
        if not kind.startswith("normal_"):
            continue
        if kind.endswith("_begin"):
            began[kind.removesuffix("_begin")] = row["ts"]
        else:
            start = began.pop(kind.removesuffix("_end"), row["ts"])
            yield start - 1, row["ts"] + _OPERATION_SECONDS


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    packed = path.with_name(f"{path.name}.gz")
    with (
        gzip.open(packed, "rt", encoding="utf-8") if packed.exists() else path.open(encoding="utf-8") as file
    ):
        yield from map(json.loads, file)


def _seconds(text: str) -> float:
    return from_rfc3339(text) / 1e9
