"""What people called normal: findings that are counted, but neither stored nor made an incident.

A suppression is a document (docs/annotation.md): `match` holds fields of the annotation that must be equal,
None where the annotation must lack one; `anomaly_kinds` the kinds that it speaks of, `expires` a time.
Which findings are hidden depends on event time and on what was in force, never on the wall clock: a replay
hides the same.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from burl.decide.times import FOREVER_NS, from_rfc3339

Document = Mapping[str, Any]
_TEMPLATE = "log.template.id"


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    match: dict[str, Any]
    kinds: frozenset[str]
    expires_ns: int

    def hides(self, document: Document, time_ns: int) -> bool:
        return (
            time_ns < self.expires_ns
            and document["anomaly_kind"] in self.kinds
            and all(document.get(field) == value for field, value in self.match.items())
        )


class Suppressor:
    """The suppressions in force, as one agent applies them.

    Attributes:
        hidden: findings hidden since this agent first started, by the suppression's id.
    """

    def __init__(self, bundle_version: str = "", supersedes: Mapping[str, str] | None = None) -> None:
        """Apply nothing yet.

        Args:
            bundle_version: the bundle that is loaded; what it has learnt needs no suppression.
            supersedes: ids of older templates -> the template that now stands for their lines.
        """
        self._version, self._supersedes = bundle_version, supersedes or {}
        self._documents: list[Document] = []
        self._rules: list[_Rule] = []
        self.hidden: Counter[str] = Counter()

    def use(self, suppressions: Sequence[Document]) -> None:
        """Apply these from now on, and no others."""
        self._documents = list(suppressions)
        self._rules = [
            self._rule(document)
            for document in suppressions
            if not self._version or document.get("learnt_by") != self._version
        ]

    def hides(self, document: Document, time_ns: int) -> bool:
        """Return True, and count it, when a suppression hides this annotation of event time `time_ns`."""
        for rule in self._rules:
            if rule.hides(document, time_ns):
                self.hidden[rule.id] += 1
                return True
        return False

    def _rule(self, document: Document) -> _Rule:
        match = dict(document["match"])
        if _TEMPLATE in match:
            match[_TEMPLATE] = self._supersedes.get(match[_TEMPLATE], match[_TEMPLATE])
        expires = document.get("expires")
        expires_ns = from_rfc3339(expires) if expires else FOREVER_NS
        return _Rule(document["id"], match, frozenset(document["anomaly_kinds"]), expires_ns)

    def state(self) -> Any:
        """Return what `restore` needs, as msgpack-able values."""
        return [[dict(document) for document in self._documents], dict(self.hidden)]

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        documents, hidden = state
        self.use(documents)
        self.hidden = Counter(hidden)
