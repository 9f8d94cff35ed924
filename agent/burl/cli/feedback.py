"""`burl feedback`: say what is normal, what is an anomaly and what was missed."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from burl.cli.options import ConfigOption, JsonOption, seconds_of
from burl.cli.output import print_json
from burl.user import user_name

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from burl.feedback import Desk

app = typer.Typer(help="Say what is normal, what is an anomaly and what was missed.", no_args_is_help=True)
Who = Annotated[str, typer.Option("--who", help="Who says so; default: the user's name.")]
Note = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]


@app.command("list")
def list_(
    *,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show verdicts, newest first, and what is hidden because of them."""
    from burl.feedback.desk import hidden_count

    with _desk(config) as desk:
        verdicts, suppressions = desk.verdicts(limit), desk.suppressions()
    if as_json:
        print_json({"verdicts": verdicts, "suppressions": suppressions})
        return
    hidden = {rule["id"]: hidden_count(rule) for rule in suppressions}
    for verdict in verdicts:
        state = f"  hides: {hidden[verdict['id']]} so far" if verdict["id"] in hidden else ""
        print(f"{verdict['id']}  {_line(verdict)}{state}")


@app.command()
def mark(
    *,
    finding: Annotated[str, typer.Argument(metavar="ID", help="`anomaly_id` or `incident_id`.")],
    verdict: Annotated[Literal["anomaly", "normal"], typer.Argument(help="What it is.")],
    scope: Annotated[
        Literal["template", "sequence", "service", "everywhere"] | None,
        typer.Option(help="What is normal; default: the template where there is one, else the sequence."),
    ] = None,
    lasts: Annotated[str, typer.Option("--for", metavar="7d", help="How long; default: until learnt.")] = "",
    kind: Annotated[str, typer.Option(help="What kind of trouble an anomaly is.")] = "",
    note: Note = "",
    who: Who = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a verdict on a finding, or on each different finding of an incident."""
    from burl.clock import SystemClock
    from burl.errors import NotThereError
    from burl.feedback import Verdict

    expires_ns = SystemClock().time_ns() + seconds_of(lasts) * 10**9 if lasts else None
    said = Verdict(verdict, scope, who or user_name(), note, kind, expires_ns)
    with _desk(config) as desk:
        try:
            given = desk.mark(said, anomaly_id=finding)
        except NotThereError:
            given = desk.mark(said, incident_id=finding)
    _show(given, as_json)


@app.command()
def missed(
    *,
    line: Annotated[str, typer.Argument(metavar="LINE", help="The line as it stands in the log.")],
    service: Annotated[str, typer.Option(help="Name of the service that wrote it.")] = "",
    note: Note = "",
    who: Who = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a line should have been found: the next training counts its like as abnormal."""
    from burl.feedback import Verdict

    said = Verdict("missed", who=who or user_name(), note=note)
    with _desk(config) as desk:
        _show([desk.missed(said, line, service)], as_json)


@app.command()
def undo(
    *,
    verdict: Annotated[str, typer.Argument(metavar="ID", help="The verdict's id, as `list` shows it.")],
    who: Who = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a verdict back."""
    with _desk(config) as desk:
        _show([desk.undo(verdict, who or user_name())], as_json)


def _desk(config: "Path | None") -> "AbstractContextManager[Desk]":
    """Return a desk over the store of the configuration."""
    from burl.cli.stores import open_desk
    from burl.config import load_settings

    return open_desk(load_settings(config))


def _show(documents: list[dict[str, Any]], as_json: bool) -> None:
    for document in documents:
        if as_json:
            print_json(document)
        else:
            print(f"{document['id']}  {_line(document)}")


def _line(verdict: dict[str, Any]) -> str:
    """Return one line without anything that steers a terminal: log text is hostile."""
    from burl.console.text import visible

    about = (
        verdict.get("log.record.template")
        or verdict.get("log.record.original")
        or verdict.get("bundle.version", "")
    )
    scope = f" ({verdict['scope']})" if "scope" in verdict else ""
    words = (
        verdict["@timestamp"][:19],
        verdict.get("user.name", ""),
        verdict["verdict"] + scope,
        verdict.get("service.name", ""),
        about,
        verdict.get("note", ""),
    )
    return visible("  ".join(word.replace("\n", " ") for word in words if word))
