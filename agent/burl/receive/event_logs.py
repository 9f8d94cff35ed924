"""Event logs without text: tables with a class and an event column, and LTTng traces as babeltrace text.

An event is a (class, event) pair, joined by a blank: `THREAD THRUNNING`, `sched switch`. The order of the
lines is the order of the events; times and other columns are not looked at.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping

from burl.errors import InputError

_TRACE_COLUMNS = ("trace", "id")
_BABELTRACE = re.compile(r"\[[^\]]+\] (?:\(\+[^)]*\) )?(?:\S+ )?([\w.-]+(?::[\w.-]+)*): \{")
"""`[time] (+delta) host provider:event: { fields }`; delta and host may be left out."""


def has_event_columns(header: str) -> bool:
    """Return True for the header of a table with a class and an event column."""
    return {"class", "event"} <= {name.strip().lower() for name in header.split(",")}


def table_events(lines: Iterable[str]) -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield (row with lower-case column names, event) of each row of a table.

    Raises:
        InputError: a row lacks its class or event.
    """
    rows = csv.DictReader(lines)
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    rows.fieldnames = names
    for row in rows:
        kind, event = (row["class"] or "").strip(), (row["event"] or "").strip()
        if not kind or not event:
            raise InputError(f"line {rows.line_num}: its class or event is empty")
        yield row, _joined(kind, event)


def trace_name(row: Mapping[str, str], default: str) -> str:
    """Return the trace that a row of a table belongs to; a table without such a column is one trace."""
    return next((row[name] for name in _TRACE_COLUMNS if row.get(name)), default)


def babeltrace_events(lines: Iterable[str]) -> Iterator[str]:
    """Yield the events of a babeltrace text; what is no event (a warning of lost ones) is passed over."""
    for line in lines:
        found = _BABELTRACE.match(line)
        if found:
            yield _of_name(found[1])


def _of_name(name: str) -> str:
    """The class is the provider of a user-space event, of a kernel event the word before the first `_`."""
    provider, colon, event = name.partition(":")
    kind, _, rest = (provider, "", event) if colon else name.partition("_")
    return _joined(kind, rest or kind)


def _joined(kind: str, event: str) -> str:
    """Blanks stand between events in other forms: inside of one there is exactly the one in its midst."""
    return f"{'_'.join(kind.split())} {'_'.join(event.split())}"
