"""What a scoring run came to, in a line or two for people: also silence has to be told from a fault."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from burl.decide import Findings

_NAMES_SHOWN = 5


@dataclass(slots=True)
class Summary:
    """Counts what was found.

    Attributes:
        findings: annotations in all.
        early: of them, those about services that were being learnt still.
        incidents: ids of the incidents.
    """

    findings: int = 0
    early: int = 0
    incidents: set[str] = field(default_factory=set)

    def add(self, findings: "Findings") -> None:
        """Count what one slice of records led to."""
        self.findings += len(findings.annotations)
        self.early += sum(bool(each.document.get("learning")) for each in findings.annotations)
        self.incidents.update(incident.id for incident in findings.incidents)

    def show(self, records: int, learning: Sequence[str]) -> None:
        """Write the counts to stderr if that is a terminal.

        Args:
            records: records that were judged.
            learning: keys of the services that are being learnt still.
        """
        if not sys.stderr.isatty():
            return
        counts = ((records, "record"), (self.findings, "finding"), (len(self.incidents), "incident"))
        said = ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
        early = f" {self.early:,} of the findings came while still learning." if self.early else ""
        print(f"{said}.{early}", file=sys.stderr)
        if learning:
            why = "usual is known after 1,000 records with little new among them"
            print(f"Still learning, so without incidents: {_names(learning)} ({why}).", file=sys.stderr)


def _names(keys: Sequence[str]) -> str:
    """Return the services as people read them, of many the first."""
    names = ["/".join(filter(None, key.split("/"))) for key in sorted(keys)[:_NAMES_SHOWN]]
    return ", ".join(names) + (f" and {len(keys) - _NAMES_SHOWN} more" if len(keys) > _NAMES_SHOWN else "")
