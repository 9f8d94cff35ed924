"""The desk that takes verdicts: appends them to the store and keeps the suppressions in force."""

from collections.abc import Callable, Mapping
from typing import Any

from burl.clock import Clock
from burl.decide.times import rfc3339
from burl.errors import InputError, NotThereError, Permanent, Retryable
from burl.feedback.verdict import (
    JUDGEMENTS,
    Document,
    Verdict,
    name_document,
    step_document,
    suppression,
    undo_document,
    verdict_document,
)
from burl.write.base import Store

_ATTEMPTS = 8
_MAX_VERDICTS = 100_000
MAX_SUPPRESSIONS = 10_000
"""They are one document, which every agent reads."""
Suppressions = list[dict[str, Any]]


class Desk:
    """Verdicts of people; any number of desks may work on one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Args: `clock` tells when a verdict was given."""
        self._store, self._clock = store, clock

    def give(self, verdict: Verdict, annotation: Document) -> dict[str, Any]:
        """Store a verdict on `annotation`; `normal` hides its like from now on. Returns the document.

        Raises:
            InputError: the finding names no template, and the scope is one.
            SinkError: the store did not take it.
        """
        document = verdict_document(verdict, annotation, self._clock.time_ns())
        self._store.add_verdict(document)
        if verdict.judgement == "normal":
            rule = suppression(document)
            self._change(lambda rules: [*(r for r in rules if r["match"] != rule["match"]), rule])
        return document

    def mark(self, verdict: Verdict, *, anomaly_id: str = "", incident_id: str = "") -> list[dict[str, Any]]:
        """Store a verdict on a finding, or on each different finding of an incident.

        Raises:
            NotThereError: there is no such finding.
            InputError: the scope does not fit.
            SinkError: the store did not take it.
        """
        if anomaly_id:
            found = self._store.annotations(anomaly_id=anomaly_id, limit=1)
        else:
            found = self._store.annotations(incident_id=incident_id)
        if not found:
            what = f"finding {anomaly_id}" if anomaly_id else f"incident {incident_id}"
            raise NotThereError(f"there is no {what} in the store")
        return [self.give(verdict, annotation) for annotation in _different(found, verdict)]

    def missed(self, verdict: Verdict, line: str, service: str = "", uid: str = "") -> dict[str, Any]:
        """Store that `line` should have been found.

        Raises:
            InputError: the verdict is another one, or the line is empty.
            SinkError: the store did not take it.
        """
        if verdict.judgement != "missed" or not line.strip():
            raise InputError("a line that nothing found can only be called missed, and is not empty")
        known = {"log.record.original": line, "service.name": service, "log.record.uid": uid}
        return self.give(verdict, known)

    def undo(self, verdict_id: str, who: str = "") -> dict[str, Any]:
        """Take a verdict back; what it hid is found again. Returns the document.

        Raises:
            NotThereError: there is no such verdict.
            SinkError: the store did not take it.
        """
        undone = next((v for v in self.verdicts() if v["id"] == verdict_id), None)
        if undone is None or undone["verdict"] not in JUDGEMENTS:
            raise NotThereError(f"there is no verdict {verdict_id}")
        document = undo_document(undone, who, self._clock.time_ns())
        self._store.add_verdict(document)
        self._change(lambda rules: [rule for rule in rules if rule["id"] != verdict_id])
        return document

    def record(self, step: str, facts: Document, who: str = "") -> None:
        """Store that a step of training or promotion was taken, and its `facts`. Raises SinkError."""
        self._store.add_verdict(step_document(step, facts, who, self._clock.time_ns()))

    def name(self, template_id: str, name: str, who: str = "") -> dict[str, Any]:
        """Store what people call a template; an empty name takes it away. Raises SinkError."""
        document = name_document(template_id, name.strip(), who, self._clock.time_ns())
        self._store.add_verdict(document)
        return document

    def verdicts(self, limit: int = _MAX_VERDICTS) -> list[dict[str, Any]]:
        """Return verdicts, newest first."""
        return self._store.verdicts(limit=limit)

    def suppressions(self) -> Suppressions:
        """Return the suppressions in force, oldest first."""
        return self.versioned_suppressions()[1]

    def versioned_suppressions(self) -> tuple[int, Suppressions]:
        """Return the same after their version, which grows with every change."""
        return self._store.suppressions()

    def retire(self, version: str, learnt: Callable[[str], bool]) -> int:
        """Retire what the bundle `version` has learnt; agents that still run another bundle go on hiding it.

        Args:
            version: of the bundle that is promoted.
            learnt: tells whether it knows the lines of a template by the template's id.

        Returns:
            How many suppressions this bundle needs no more.
        """

        def mark(rules: Suppressions) -> Suppressions:
            kept = [rule for rule in rules if not rule.get("learnt_by")]
            return [
                rule | {"learnt_by": version} if learnt(rule["match"].get("log.template.id") or "") else rule
                for rule in kept
            ]

        rules = self._change(mark)
        return sum(rule.get("learnt_by") == version for rule in rules)

    def revive(self, version: str) -> None:
        """Apply again what only the bundle `version` had learnt: it is rolled back."""

        def unmark(rules: Suppressions) -> Suppressions:
            return [{k: v for k, v in rule.items() if k != "learnt_by" or v != version} for rule in rules]

        self._change(unmark)

    def count(self, agent: str, hidden: Mapping[str, int]) -> None:
        """Note how many findings each suppression has hidden at `agent` in all. Raises SinkError."""

        def add(rules: Suppressions) -> Suppressions:
            return [
                rule | {"hidden_by": rule["hidden_by"] | {agent: hidden[rule["id"]]}}
                if hidden.get(rule["id"])
                else rule
                for rule in rules
            ]

        self._change(add)

    def _change(self, change: Callable[[Suppressions], Suppressions]) -> Suppressions:
        """Change the suppressions in force; again when somebody else was quicker."""
        now = rfc3339(self._clock.time_ns())
        for _ in range(_ATTEMPTS):
            version, rules = self._store.suppressions()
            changed = change([rule for rule in rules if rule.get("expires", "9") > now])[-MAX_SUPPRESSIONS:]
            if changed == rules:
                return rules
            try:
                self._store.put_suppressions(version + 1, changed)
            except Permanent:
                continue
            return changed
        raise Retryable("the suppressions are being changed by others; try again")


def hidden_count(rule: Document) -> int:
    """Return how many findings a suppression has hidden, at all agents."""
    return sum(rule["hidden_by"].values())


def _different(annotations: list[dict[str, Any]], verdict: Verdict) -> list[dict[str, Any]]:
    """Return the first of all annotations of which the verdict says the same."""
    kept: dict[str, dict[str, Any]] = {}
    for annotation in annotations:
        kept.setdefault(_subject(verdict, annotation), annotation)
    return list(kept.values())


def _subject(verdict: Verdict, annotation: dict[str, Any]) -> str:
    """Return what a verdict on `annotation` is about: the template, or all that a `normal` one would hide."""
    if verdict.judgement != "normal":
        return repr(annotation.get("log.template.id"))
    rule = suppression(verdict_document(verdict, annotation, 0))
    return repr((rule["match"], rule["anomaly_kinds"]))
