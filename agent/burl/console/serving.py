"""Serves the console: of its own accord, or within an agent."""

from collections.abc import Awaitable, Callable

from burl.bundle.registry import Registry
from burl.clock import Clock
from burl.console.app import Console
from burl.console.guard import Guard
from burl.console.library import Library
from burl.console.settings import ConsoleSettings
from burl.feedback import Desk
from burl.receive.web import WebServer
from burl.user import user_name
from burl.write.base import Store


def console_server(
    settings: ConsoleSettings,
    store: Store,
    registry: Registry | None,
    clock: Clock,
    look: Callable[[], Awaitable[None]] | None = None,
) -> WebServer:
    """Return a server of the console over `store`, to be started in the loop.

    Args:
        settings: where, to whom, and how much.
        store: what it shows.
        registry: bundles it shows, if there are any.
        clock: tells when a verdict was given.
        look: has the agent around it apply a verdict at once.
    """
    desk = Desk(store, clock)
    library = Library(store, desk, registry, settings.days)
    pages = Console(library, desk, Guard(settings), who=user_name(""), look=look)
    return WebServer(pages.app(), settings.listen)
