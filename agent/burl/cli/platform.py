"""`burl platform`: what OpenSearch must hold before agents write to it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from burl.cli.options import ConfigOption, JsonOption
from burl.cli.output import print_facts, print_json

if TYPE_CHECKING:
    from burl_opensearch.platform import Step

app = typer.Typer(help="Install what OpenSearch needs, and look at it.", no_args_is_help=True)

UrlArgument = Annotated[
    str, typer.Argument(metavar="URL", help="OpenSearch; user and password come from write.opensearch.")
]


@app.command()
def install(url: UrlArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Install index templates and indices; what is current is left alone. Shows what was there before."""
    from burl_opensearch import platform

    _show(f"Installed in {url}; before, it was", _call(platform.install, url, config), as_json)


@app.command()
def status(url: UrlArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Say what is installed; exit code 1 when something is missing or outdated."""
    from burl_opensearch import platform

    steps = _call(platform.status, url, config)
    _show(f"In {url} there is", steps, as_json)
    if any(step.state != "current" for step in steps):
        raise typer.Exit(1)


def _call(action: Callable[..., "list[Step]"], url: str, config: Path | None) -> "list[Step]":
    """Connect to `url` as the configuration says, and act."""
    from burl.config import load_settings
    from burl.write.opensearch import connect

    settings = load_settings(config).write.opensearch.model_copy(update={"hosts": [url]})
    return action(connect(settings), url, settings.prefix)


def _show(title: str, steps: "list[Step]", as_json: bool) -> None:
    if as_json:
        print_json(steps)
    else:
        print_facts(title, {f"{step.kind} {step.name}": step.state for step in steps})
