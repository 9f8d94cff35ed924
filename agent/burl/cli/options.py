"""Options that several commands take, each defined once."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from burl.durations import duration_seconds

FileFormat = Literal["auto", "cri", "text", "jsonl", "sequences"]

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="YAML file; BURL_... variables win over it.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for a program to read.")]
InputOption = Annotated[
    list[Path] | None,
    typer.Option("--input", "-i", metavar="PATH...", help="Files, folders, - for stdin, or opensearch://."),
]
MoreInputs = Annotated[list[Path] | None, typer.Argument(hidden=True)]
FormatOption = Annotated[FileFormat, typer.Option("--format", help="How the inputs are to be read.")]
BudgetOption = Annotated[
    str | None, typer.Option(metavar="N/day", help="False incidents to put up with: 10/day, 2/week.")
]
GapOption = Annotated[
    float | None,
    typer.Option(
        "--incident-gap", metavar="SECONDS", help="Event time without a finding that ends an incident."
    ),
]
RegistryOption = Annotated[
    str | None,
    typer.Option(
        "--registry", metavar="DIR", help="Registry: a directory, or `opensearch`; else the configured."
    ),
]
AuxiliaryOption = Annotated[
    list[Path] | None,
    typer.Option(metavar="PATH", help="Lines of other systems, for logsy; may be repeated."),
]


def joined(inputs: list[Path] | None, more: list[Path] | None) -> list[Path]:
    """Return all inputs: an option takes one value, so those after it arrive as arguments."""
    paths = [*(inputs or []), *(more or [])]
    if not paths:
        raise typer.BadParameter("give at least one --input PATH, or - for stdin")
    return paths


def decide_options(budget: str | None, incident_gap: float | None) -> dict[str, dict[str, Any]]:
    """Return the settings that the options give; what an option leaves out stays as configured."""
    decide = {"budget": budget, "incident_gap_seconds": incident_gap}
    return {"decide": {name: value for name, value in decide.items() if value is not None}}


def seconds_of(text: str) -> int:
    """Return the seconds of a time such as 30m, 12h, 7d. Raises typer.BadParameter."""
    seconds = duration_seconds(text)
    if seconds is None:
        raise typer.BadParameter(f"{text!r} is no time such as 30m, 12h, 7d")
    return seconds
