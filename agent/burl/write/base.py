"""The contract of a sink, and of the store that people read."""

from collections.abc import Sequence
from typing import Any, Protocol

from burl.decide import Annotation, DeadLetter, Findings, Incident


class Sink(Protocol):
    """Takes findings and returns when they are stored; called from a worker thread, one call at a time.

    A document whose `_id` is already stored counts as stored. Annotations are stored before incidents. A
    document that a store refuses for good becomes a dead letter, in the store where possible: only when not
    even that can be stored does `write` raise.
    """

    name: str

    def write(self, findings: Findings) -> None:
        """Store all. Raises Retryable (try the same again) or Permanent."""
        ...

    def healthy(self) -> bool:
        """Return False while the sink is known to be down: requests are then refused before scoring."""
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...


class Store(Sink, Protocol):
    """A sink that can be read: OpenSearch, or the embedded SQLite (one agent only).

    Documents are those that were written; every reader returns plain dicts, newest first unless said.
    """

    def annotations(
        self,
        *,
        incident_id: str | None = None,
        anomaly_id: str | None = None,
        since_ns: int = 0,
        limit: int = 1000,
    ) -> list[dict[str, Any]]:
        """Return annotations, oldest first: of one incident, or one by its id, where that is given."""
        ...

    def incidents(self, *, since_ns: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Return incidents in their latest version."""
        ...

    def dead_letters(self, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Return dead letters."""
        ...

    def add_verdict(self, verdict: dict[str, Any]) -> None:
        """Append a verdict (`id` and `@timestamp` given by the caller)."""
        ...

    def verdicts(self, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Return verdicts."""
        ...

    def suppressions(self) -> tuple[int, list[dict[str, Any]]]:
        """Return the version and the suppressions in force."""
        ...

    def put_suppressions(self, version: int, suppressions: Sequence[dict[str, Any]]) -> None:
        """Replace the suppressions in force. Raises Permanent when `version` is not the next one."""
        ...

    def put_shadow(self, documents: Sequence[dict[str, Any]]) -> None:
        """Store what a challenger found and how its runs went; one with the same `id` is replaced.

        Raises SinkError.
        """
        ...

    def shadow(self, challenger: str, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Return what is known of the challenger of this version, oldest first."""
        ...


__all__ = ["Annotation", "DeadLetter", "Findings", "Incident", "Sink", "Store"]
