"""What several commands open: the store's desk, and the registry of bundles."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from burl.bundle.factory import make_registry
from burl.bundle.registry import Registry
from burl.clock import SystemClock
from burl.config import Settings, with_options
from burl.errors import ConfigError
from burl.feedback import Desk
from burl.write.base import Store
from burl.write.factory import open_store


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """Yield a desk over the store of the configuration. Raises ConfigError."""
    with open_store_and_desk(settings) as (_, desk):
        yield desk


@contextmanager
def open_store_and_desk(settings: Settings) -> Iterator[tuple[Store, Desk]]:
    """Yield the store of the configuration, and a desk over it. Raises ConfigError."""
    clock = SystemClock()
    with closing(open_store(settings.write, clock)) as store:
        yield store, Desk(store, clock)


def open_registry(where: str | None, settings: Settings) -> Registry:
    """Return the registry at `where`, else the configured one. Raises ConfigError when there is none."""
    chosen = with_options(settings, {"bundle": {"registry": where, "path": None}}) if where else settings
    registry = make_registry(chosen.bundle, chosen.write.opensearch, SystemClock())
    if registry is None:
        raise ConfigError("which registry? Give --registry DIR or opensearch, or set bundle.registry")
    return registry
