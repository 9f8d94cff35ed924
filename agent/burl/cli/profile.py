"""`burl profile`: what event logs hold."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from burl.cli.options import InputOption, JsonOption, MoreInputs, joined
from burl.cli.output import print_json

if TYPE_CHECKING:
    from burl.train.profile import Profile

_SHOWN = 8
"""Traces that get a column on a terminal."""
_NAMES = ("class", "event")
"""The first columns, which hold words."""


def profile(
    *,
    inputs: InputOption = None,
    more: MoreInputs = None,
    abnormal: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help="An abnormal trace; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write plots and the whole table there, as HTML.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Count the events of event logs by class and event, and plot normal beside abnormal sequences.

    Reads sequences.csv, tables with the columns class and event (a trace a file, or by a column trace), and
    LTTng traces as babeltrace prints them.
    """
    from burl.train.profile import Profile, read_traces

    found = Profile.of(read_traces(joined(inputs, more), abnormal or []))
    if out is not None:
        out.write_text(found.to_html(), encoding="utf-8")
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)


def _print(found: "Profile") -> None:
    """Write the table for a person."""
    traces = found.traces[:_SHOWN]
    heads = [*_NAMES, *(f"{trace.id}{' !' if trace.label else ''}" for trace in traces), "all"]
    rows = [[kind, event, *map(str, counts[:_SHOWN]), str(sum(counts))] for kind, event, counts in found.rows]
    rows.append(
        ["", "events", *(str(len(t.events)) for t in traces), str(sum(len(t.events) for t in found.traces))]
    )
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    for row in [heads, *rows]:
        cells = [
            cell.ljust(width) if column < len(_NAMES) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    print(f"{len(found.traces)} traces, {sum(bool(t.label) for t in found.traces)} abnormal (!)")
    if len(found.traces) > _SHOWN:
        print(f"{len(found.traces) - _SHOWN} more traces are in --json and --out")
