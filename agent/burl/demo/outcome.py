"""What the agent found, beside what was really wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

from burl.console.report import Fact, Fault, Report
from burl.console.views import Document
from burl.decide.finding import ONLINE_VERSION
from burl.demo.example import Example, lines_around
from burl.train.episodes import Episode, EpisodeFigures, judge

_WORDS = {"false": "no fault was on: a false alarm", "operation": "a normal operation, new to the model"}


@dataclass(frozen=True, slots=True)
class Run:
    """How the replay went.

    Attributes:
        records: how many were sent.
        replay_seconds: how long the agent took to take them all.
        memory_bytes: the agent's resident memory in the end, where known.
        store: where the findings are, in words.
    """

    records: int
    replay_seconds: float
    memory_bytes: int | None
    store: str

    @property
    def lines_per_second(self) -> float:
        """Records stored or found normal, by the second."""
        return self.records / max(self.replay_seconds, 1e-9)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Findings, incidents worst first, and how they compare with the injected faults."""

    annotations: list[Document]
    incidents: list[Document]
    figures: EpisodeFigures
    episodes: dict[int, Episode]

    def verdict(self, incident_id: str) -> str:
        """Say what an incident turned out to be."""
        number = self.figures.found_by.get(incident_id)
        if number is not None:
            return f"finds fault {number}, {self.episodes[number].kind}"
        return _WORDS.get(self.figures.unexplained.get(incident_id, ""), "touches a fault, finds none")


def make_outcome(example: Example, annotations: Iterable[Document], incidents: Iterable[Document]) -> Outcome:
    """Keep what the example's bundle found, as a shared store has more, and compare it with the truth."""
    versions = {example.bundle_version, ONLINE_VERSION}
    kept = [d for d in annotations if "incident_id" in d and d["model_version"] in versions]
    ids = {document["incident_id"] for document in kept}
    mine = [document for document in incidents if document["incident_id"] in ids]
    mine.sort(key=lambda document: (-document["anomaly_grade"], -document["anomaly_count"]))
    episodes = {episode.number: episode for episode in example.truth.episodes}
    return Outcome(kept, mine, judge(kept, example.truth), episodes)


def facts(outcome: Outcome, run: Run) -> list[Fact]:
    """Return the figures that both reports show."""
    figures = outcome.figures
    shown = [
        Fact(f"{run.records:,}", "log records"),
        Fact(f"{len(outcome.annotations):,}", "findings"),
        Fact(str(len(outcome.incidents)), "incidents"),
        Fact(f"{figures.episodes_found} of {figures.episodes}", "injected faults found"),
        Fact(str(figures.incidents_false), "false incidents"),
        Fact(str(figures.incidents_of_operations), "incidents of normal operations"),
        Fact(f"{run.lines_per_second:,.0f}", "lines a second"),
    ]
    if run.memory_bytes is not None:
        shown.append(Fact(f"{run.memory_bytes / 1e6:.0f} MB", "memory of the agent"))
    return shown


def make_report(example: Example, outcome: Outcome, run: Run, notes: list[str]) -> Report:
    """Return what the HTML page shows."""
    figures = outcome.figures
    incident_of = {number: incident for incident, number in reversed(figures.found_by.items())}
    uids = {document.get("log.record.uid", "") for document in outcome.annotations}
    minutes = (example.span_ns[1] - example.span_ns[0]) / 60e9
    return Report(
        title="A shop's logs, with faults injected on purpose",
        summary=(
            f"{minutes:.0f} minutes of logs of nginx, PostgreSQL, Redis, Celery and a web application"
            f" went through a real agent, which was trained on earlier, normal logs only."
            f" It opened {len(outcome.incidents)} incidents and found"
            f" {figures.episodes_found} of the {figures.episodes} faults that show in the logs."
        ),
        span_ns=example.span_ns,
        facts=facts(outcome, run),
        annotations=outcome.annotations,
        incidents=outcome.incidents,
        faults=[_fault(e, incident_of.get(e.number, "")) for e in example.truth.episodes if e.visible],
        verdicts={
            document["incident_id"]: outcome.verdict(document["incident_id"])
            for document in outcome.incidents
        },
        around=lines_around(example.batches, uids, example.run),
        notes=notes,
    )


def _fault(episode: Episode, incident_id: str) -> Fault:
    return Fault(
        str(episode.number),
        episode.kind,
        episode.description,
        episode.services,
        int(episode.start * 1e9),
        int(episode.end * 1e9),
        incident_id,
    )
