"""Ready-made sequences of events: `split,id,label,kind,events`, as research data comes."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from burl.errors import InputError
from burl.receive.raw_lines import opened

COLUMNS = ["split", "id", "label", "kind", "events"]
_FIELD_MAX_CHARACTERS = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class EventSequence:
    """One labelled sequence; `kind` says what sort of anomaly it is, empty where unknown."""

    split: str
    id: str
    label: int
    kind: str
    events: tuple[str, ...]


def read_sequences(path: Path) -> list[EventSequence]:
    """Read `sequences.csv` or `sequences.csv.gz`.

    Raises:
        InputError: it cannot be read, or a row is not of this form.
    """
    csv.field_size_limit(_FIELD_MAX_CHARACTERS)
    with opened(path) as file:
        rows = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline=""))
        if rows.fieldnames != COLUMNS:
            raise InputError(f"the first line must be {','.join(COLUMNS)}")
        names: dict[str, str] = {}
        try:
            return [_sequence(row, names) for row in rows]
        except (ValueError, csv.Error) as error:
            raise InputError(f"line {rows.line_num}: {error}") from error


def _sequence(row: dict[str, str], names: dict[str, str]) -> EventSequence:
    """Make one; each event's name is kept once, for there are millions of them."""
    if None in row or None in row.values():
        raise ValueError(f"expected {len(COLUMNS)} columns")
    events = tuple(names.setdefault(event, event) for event in row["events"].split())
    return EventSequence(row["split"], row["id"], int(row["label"]), row["kind"], events)
