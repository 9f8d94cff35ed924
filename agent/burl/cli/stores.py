"""What several commands open: the store's desk, and the registry of bundles."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from burl.bundle.registry import Registry
from burl.clock import SystemClock
from burl.config import Settings
from burl.errors import ConfigError
from burl.feedback import Desk
from burl.write.factory import open_store


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """Yield a desk over the store of the configuration. Raises ConfigError."""
    clock = SystemClock()
    store = open_store(settings.write, clock)
    try:
        yield Desk(store, clock)
    finally:
        store.close()


def open_registry(path: Path | None, settings: Settings) -> Registry:
    """Return the registry at `path`, else the configured one. Raises ConfigError when there is none."""
    found = path or settings.bundle.registry
    if found is None:
        raise ConfigError("which registry? Give --registry DIR, or set bundle.registry")
    return Registry(found)
