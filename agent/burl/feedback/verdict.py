"""A verdict: what a person says of a finding, or of a line that should have been one."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import orjson

from burl.decide.annotation import SCHEMA_VERSION
from burl.decide.times import rfc3339
from burl.errors import InputError

Document = Mapping[str, Any]
Judgement = Literal["anomaly", "normal", "missed"]
Scope = Literal["template", "sequence", "service", "everywhere"]
JUDGEMENTS: tuple[Judgement, ...] = get_args(Judgement)
SCOPES: tuple[Scope, ...] = get_args(Scope)

SERVICE_FIELDS = ("k8s.namespace.name", "service.name", "k8s.container.name")
"""What names a service in an annotation."""
COUNTS = ("rate", "silence")
"""Kinds that say how many lines there are; what is said of a line says nothing of these, nor the reverse."""
LINES = ("new_template", "rare_template", "sequence", "parameter", "semantic", "supervised")
_MATCHED: Mapping[Scope, tuple[str, ...]] = {
    "template": (*SERVICE_FIELDS, "log.template.id"),
    "sequence": (*SERVICE_FIELDS, "detector_id", "anomaly_kind", "log.template.id", "expected_templates"),
    "service": SERVICE_FIELDS,
    "everywhere": ("log.template.id",),
}
_CARRIED = (
    *SERVICE_FIELDS,
    "anomaly_id",
    "incident_id",
    "detector_id",
    "anomaly_kind",
    "expected_templates",
    "log.record.uid",
    "log.record.original",
    "log.record.template",
    "log.template.id",
)
"""Fields of the annotation that a verdict carries: training and review need not find it again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says.

    Attributes:
        judgement: `anomaly` (it is one), `normal` (hide its like), `missed` (a line that should be found).
        scope: what is normal: this `template` in this service, this `sequence` (the same detector's finding
            of the same template where the same was expected), all of the `service`, or the template
            `everywhere`; None: the template, where the finding names one, else the sequence.
        kind: what kind of trouble an anomaly is, in the person's words.
        expires_ns: event time from which on a `normal` counts no more; None: it stays until it is learnt.
    """

    judgement: Judgement
    scope: Scope | None = None
    who: str = ""
    note: str = ""
    kind: str = ""
    expires_ns: int | None = None

    def scope_for(self, annotation: Document) -> Scope:
        """Return the scope, chosen by what `annotation` names where the person chose none.

        Raises:
            InputError: the scope is a template, and the finding names none.
        """
        if self.scope is None:
            return "template" if "log.template.id" in annotation else "sequence"
        if self.scope in ("template", "everywhere") and "log.template.id" not in annotation:
            raise InputError(f"the finding names no template: scope {self.scope} is not possible")
        return self.scope


def verdict_document(verdict: Verdict, annotation: Document, now_ns: int) -> dict[str, Any]:
    """Return the document of a verdict on `annotation` (of a missed line: what is known of it).

    Raises:
        InputError: as `Verdict.scope_for`.
    """
    said = {
        "verdict": verdict.judgement,
        "scope": verdict.scope_for(annotation) if verdict.judgement == "normal" else None,
        "user.name": verdict.who,
        "note": verdict.note,
        "label": verdict.kind,
        "expires": rfc3339(verdict.expires_ns) if verdict.expires_ns is not None else None,
    }
    return _document(said | {name: annotation.get(name) for name in _CARRIED}, now_ns)


def undo_document(undone: Document, who: str, now_ns: int) -> dict[str, Any]:
    """Return the document that takes the verdict `undone` back."""
    carried = {name: undone.get(name) for name in _CARRIED}
    return _document(carried | {"verdict": "undo", "undoes": undone["id"], "user.name": who}, now_ns)


def step_document(step: str, facts: Document, who: str, now_ns: int) -> dict[str, Any]:
    """Return the document of a step of training or promotion.

    Args:
        step: `retrain`, `challenge`, `promote` or `rollback`.
        facts: what is known of it, by the fields of docs/annotation.md (`bundle.version` ...).
        who: took it.
        now_ns: when.
    """
    return _document({**facts, "verdict": step, "user.name": who}, now_ns)


def name_document(template_id: str, name: str, who: str, now_ns: int) -> dict[str, Any]:
    """Return the document that gives a template a name; an empty one takes it away."""
    said = {"verdict": "name", "log.template.id": template_id, "name": name, "user.name": who}
    return _document(said, now_ns)


def template_names(history: Iterable[Document]) -> dict[str, str]:
    """Return the names that people gave to templates, by the templates' ids; `history` is newest first."""
    names: dict[str, str] = {}
    for document in history:
        if document["verdict"] == "name":
            names.setdefault(document["log.template.id"], document.get("name", ""))
    return {template: name for template, name in names.items() if name}


def suppression(document: Document) -> dict[str, Any]:
    """Return the suppression that follows from a `normal` verdict."""
    scope: Scope = document["scope"]
    kinds = COUNTS if document.get("anomaly_kind") in COUNTS else LINES
    taken = ("id", "scope", "user.name", "note", "expires", "log.record.template", "service.name")
    return {
        **{name: document[name] for name in taken if name in document},
        "@timestamp": document["@timestamp"],
        "match": {name: document.get(name) for name in _MATCHED[scope]},
        "anomaly_kinds": list((*LINES, *COUNTS) if scope == "service" else kinds),
        "hidden_by": {},
    }


def in_force(verdicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the verdicts on findings and lines that were not taken back, in the order given."""
    undone = {document["undoes"] for document in verdicts if document["verdict"] == "undo"}
    return [d for d in verdicts if d["verdict"] in JUDGEMENTS and d["id"] not in undone]


def _document(fields: dict[str, Any], now_ns: int) -> dict[str, Any]:
    """Return what is known of `fields`, with a time and the id that follows from all of it."""
    document = {name: value for name, value in fields.items() if value not in (None, "", [])}
    document |= {"@timestamp": rfc3339(now_ns), "schema_version": SCHEMA_VERSION}
    identifier = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    return {"id": identifier, **document}
