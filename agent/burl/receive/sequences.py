"""Ready-made sequences of events: `split,id,label,kind,events`, as research data comes, and event logs."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from burl.errors import InputError
from burl.receive.event_logs import babeltrace_events, has_event_columns, table_events, trace_name
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
    """Read sequences of events, packed or not.

    These are a table of sequences (`split,id,label,kind,events`), a table of events (with the columns `class`
    and `event`, and if there `trace`, `label` and `split`), or a babeltrace text, which is one sequence.

    Raises:
        InputError: it cannot be read, or a row is not of its form.
    """
    csv.field_size_limit(_FIELD_MAX_CHARACTERS)
    with opened(path) as file:
        lines = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
        head = lines.readline()
        try:
            return list(_read(head, chain([head], lines), path))
        except (ValueError, csv.Error) as error:
            raise InputError(str(error)) from error


def _read(head: str, lines: Iterable[str], path: Path) -> Iterable[EventSequence]:
    if head.rstrip("\r\n").split(",") == COLUMNS:
        return _sequences(lines)
    name = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
    if has_event_columns(head):
        return _traces(lines, name)
    events = tuple(babeltrace_events(lines))
    if not events:
        raise InputError(
            f"the first line must be {','.join(COLUMNS)}, or name the columns class and event; and no line is"
            " one of babeltrace"
        )
    return [EventSequence("", name, 0, "", events)]


def _sequences(lines: Iterable[str]) -> Iterator[EventSequence]:
    rows = csv.DictReader(lines)
    names: dict[str, str] = {}
    try:
        for row in rows:
            yield _sequence(row, names)
    except (ValueError, csv.Error) as error:
        raise InputError(f"line {rows.line_num}: {error}") from error


def _traces(lines: Iterable[str], default: str) -> Iterator[EventSequence]:
    """Yield the traces of a table of events in order of their first event; label and split are its own."""
    events: dict[str, list[str]] = {}
    heads: dict[str, tuple[str, int]] = {}
    for row, event in table_events(lines):
        trace = trace_name(row, default)
        if trace not in events:
            heads[trace] = row.get("split") or "", int(row.get("label") or 0)
        events.setdefault(trace, []).append(sys.intern(event))
    for trace, (split, label) in heads.items():
        yield EventSequence(split, trace, label, "", tuple(events[trace]))


def _sequence(row: dict[str, str], names: dict[str, str]) -> EventSequence:
    """Make one; each event's name is kept once, for there are millions of them."""
    if None in row or None in row.values():
        raise ValueError(f"expected {len(COLUMNS)} columns")
    events = tuple(names.setdefault(event, event) for event in row["events"].split())
    return EventSequence(row["split"], row["id"], int(row["label"]), row["kind"], events)
