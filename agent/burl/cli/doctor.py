"""`burl doctor`: what is wrong around an agent, and what to do about it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from burl.cli.options import ConfigOption, JsonOption
from burl.cli.output import print_json

if TYPE_CHECKING:
    from burl.doctor.check import Check


def doctor(
    *,
    config: ConfigOption = None,
    fluent_bit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Configuration of the Fluent Bit that sends: classic or YAML."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check certificates, ports, state, bundle, OpenSearch and Fluent Bit; exit code 1 if one is broken."""
    from burl.clock import SystemClock
    from burl.doctor.examine import examine

    checks = examine(config, fluent_bit, SystemClock())
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        _print_table(checks)
    if any(check.state == "broken" for check in checks):
        raise typer.Exit(1)


def _print_table(checks: "list[Check]") -> None:
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    colours = {"ok": "green", "warning": "yellow", "broken": "bold red"}
    columns = (Column(title, overflow="fold") for title in ("", "what", "found", "what to do"))
    table = Table(*columns, box=None, header_style="bold")
    for check in checks:
        state = Text(check.state, colours[check.state])
        table.add_row(state, Text(check.subject), Text(check.found), Text(check.advice))
    Console(soft_wrap=False).print(table)
