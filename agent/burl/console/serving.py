"""Serves the console: of its own accord, or within an agent."""

import getpass
from collections.abc import Awaitable, Callable

from burl.bundle.factory import make_registry
from burl.clock import Clock
from burl.config import Settings
from burl.console.app import Console
from burl.console.guard import Guard
from burl.console.library import Library
from burl.feedback import Desk
from burl.receive.web import WebServer
from burl.write.base import Store


def console_server(
    settings: Settings, store: Store, clock: Clock, look: Callable[[], Awaitable[None]] | None = None
) -> WebServer:
    """Return a server of the console over `store`, to be started in the loop.

    Args:
        settings: sections `console` and `bundle`.
        store: what it shows.
        clock: tells when a verdict was given.
        look: has the agent around it apply a verdict at once.
    """
    desk = Desk(store, clock)
    library = Library(store, desk, make_registry(settings, clock), settings.console.days)
    pages = Console(library, desk, Guard(settings.console), who=_user(), look=look)
    return WebServer(pages.app(), settings.console.listen)


def _user() -> str:
    """Return the name of whoever runs this; nothing where it has none, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
