"""Verdicts of somebody who knows what was really wrong: the Quality dashboard then has something to show."""

from burl.demo.example import Example
from burl.demo.outcome import Outcome
from burl.feedback import Desk, Verdict

_WHO = "demo"


def give_verdicts(desk: Desk, example: Example, outcome: Outcome) -> None:
    """Judge the finding that opened each incident; what is called normal is so for these logs only.

    Raises:
        SinkError: the store did not take it.
    """
    desk.record("promote", {"bundle.version": example.bundle_version}, _WHO)
    for incident in outcome.incidents:
        number = outcome.figures.found_by.get(incident["incident_id"])
        if number is not None:
            episode = outcome.episodes[number]
            verdict = Verdict("anomaly", who=_WHO, note=episode.description, kind=episode.kind)
        elif incident["incident_id"] in outcome.figures.unexplained:
            verdict = Verdict("normal", who=_WHO, note="nothing was wrong", expires_ns=example.span_ns[1])
        else:
            continue
        desk.mark(verdict, anomaly_id=incident["opened_by"])
