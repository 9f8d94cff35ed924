"""What the decide room gives: annotations (one finding each), incidents (findings that belong together)."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

from burl.decide.logs import LogRecords

SCHEMA_VERSION = 1


def document_id(*parts: str) -> str:
    """Return an id that follows from `parts` alone: the same after every resend and restart.

    Of a lone surrogate, which JSON lets through, `?` is left. Source: design.md, decision 3.
    """
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def annotation_id(detector_id: str, unit: str, record_uid: str) -> str:
    """Return the `_id` of an annotation.

    `unit` is the session's key, the stream's key for windows and events, or service, template and start of an
    interval. Never the bundle's version, never a counter.
    """
    return document_id(detector_id, unit, record_uid)


@dataclass(slots=True)
class Annotation:
    """One finding, ready to be written.

    Attributes:
        id: the document's `_id` (`annotation_id`).
        time_ns: event time of the first offending record; names the index.
        document: the flat fields of docs/annotation.md, JSON-able; times are RFC 3339 with nanoseconds.
    """

    id: str
    time_ns: int
    document: dict[str, Any]


@dataclass(slots=True)
class Incident:
    """Findings of one namespace that belong together, as it stands now; upserted by id with a version.

    `document` holds the flat fields of docs/annotation.md, section Incident.
    """

    id: str
    version: int
    time_ns: int
    document: dict[str, Any]


@dataclass(slots=True)
class DeadLetter:
    """A record (or raw bytes) that could not be judged or stored, with the reason; never thrown away."""

    id: str
    time_ns: int
    document: dict[str, Any]


@dataclass(slots=True)
class CatalogueEntry:
    """A template of a service, upserted by id, or how often it came in a period; for OpenSearch only."""

    kind: Literal["template", "template_count"]
    id: str
    time_ns: int
    document: dict[str, Any]


@dataclass(slots=True)
class Findings:
    """Everything that one slice of records, or one step of the watermark, led to."""

    annotations: list[Annotation] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    catalogue: list[CatalogueEntry] = field(default_factory=list)
    logs: LogRecords = field(default_factory=LogRecords)

    def __len__(self) -> int:
        """Return the number of documents."""
        found = len(self.annotations) + len(self.incidents) + len(self.dead_letters)
        return found + len(self.catalogue) + len(self.logs)

    def state(self) -> Any:
        """Return what `from_state` needs, as msgpack-able values."""
        return [
            [[a.id, a.time_ns, a.document] for a in self.annotations],
            [[i.id, i.version, i.time_ns, i.document] for i in self.incidents],
            [[d.id, d.time_ns, d.document] for d in self.dead_letters],
            [[c.kind, c.id, c.time_ns, c.document] for c in self.catalogue],
            self.logs.state(),
        ]

    @classmethod
    def from_state(cls, state: Any) -> "Findings":
        """Return the findings that `state` was taken of, an older version's included."""
        annotations, incidents, dead_letters, catalogue, logs = [*state, [], []][:5]
        return cls(
            [Annotation(*row) for row in annotations],
            [Incident(*row) for row in incidents],
            [DeadLetter(*row) for row in dead_letters],
            [CatalogueEntry(*row) for row in catalogue],
            LogRecords.from_state(logs),
        )

    def extend(self, other: "Findings") -> None:
        """Append all of `other`."""
        self.annotations += other.annotations
        self.incidents += other.incidents
        self.dead_letters += other.dead_letters
        self.catalogue += other.catalogue
        self.logs.extend(other.logs)
