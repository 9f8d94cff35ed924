"""`burl console`: the web page for people."""

import asyncio
import signal
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from burl.cli.options import ConfigOption

if TYPE_CHECKING:
    from burl.config import Settings


def console(
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where; others need a token to reach it.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Serve incidents, verdict buttons, templates and bundles as a web page, until Ctrl-C."""
    from burl.config import load_settings, with_options

    options = {"console": {"listen": listen}} if listen else {}
    asyncio.run(serve(with_options(load_settings(config), options)))


async def serve(settings: "Settings") -> None:
    """Serve the console over the store of `settings`, until SIGINT or SIGTERM."""
    from burl.bundle.factory import make_registry
    from burl.clock import SystemClock
    from burl.console.serving import console_server
    from burl.write.factory import open_store

    clock = SystemClock()
    with closing(open_store(settings.write, clock)) as store:
        registry = make_registry(settings.bundle, settings.write.opensearch, clock)
        server = console_server(settings.console, store, registry, clock)
        port = await server.start()
        host = settings.console.listen.rpartition(":")[0]
        print(f"http://{host}:{port}/", flush=True)
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await stopping.wait()
        await server.stop(1)
