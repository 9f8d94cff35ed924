"""`burl demo`: see it work, on logs of our own with known faults."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from burl.errors import UserError


def demo(
    *,
    opensearch: Annotated[
        str | None, typer.Option(metavar="URL", help="Write there, instead of into an embedded store.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the page goes.")] = Path("out"),
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Logs, bundle and truth; default: examples/shop.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the agent's store, state and log beside the page.")
    ] = False,
    console: Annotated[
        bool, typer.Option("--console", help="Then serve the console over it, until Ctrl-C; keeps it, too.")
    ] = False,
) -> None:
    """Start an agent, replay sample logs into it, and show what it finds and what was really wrong."""
    from burl.cli.console import serve
    from burl.config import load_settings

    try:
        from burl.demo.show import show
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        raise UserError(f"the demo needs {error.name}: pip install 'burl-agent[demo]'") from error
    write = show(data=data, out=out, opensearch=opensearch, keep=keep or console)
    if console:
        asyncio.run(serve(load_settings().model_copy(update={"write": write})))
