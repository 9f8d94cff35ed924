"""A console that tests look at."""

import asyncio
import threading
from pathlib import Path
from typing import Any

from burl.bundle.directory import DirectoryRegistry
from burl.bundle.factory import make_registry
from burl.clock import SystemClock
from burl.config import Settings, load_settings, with_options
from burl.console.serving import console_server
from burl.write.factory import open_store
from support.bundles import BUNDLE


class Served:
    """A console in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self.store = open_store(settings.write, SystemClock())
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._started, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        self._started.wait()

    async def _serve(self) -> None:
        settings, clock = self._settings, SystemClock()
        registry = make_registry(settings.bundle, settings.write.opensearch, clock)
        server = console_server(settings.console, self.store, registry, clock)
        self.url = f"http://127.0.0.1:{await server.start()}"
        self._started.set()
        await self._stop.wait()
        await server.stop(1)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()
        self.store.close()


def settings(directory: Path, **console: Any) -> Settings:
    registry = DirectoryRegistry(directory / "registry")
    registry.promote(registry.add(BUNDLE).manifest.version)
    options: dict[str, dict[str, Any]] = {
        "write": {"sqlite": {"path": directory / "burl.sqlite"}},
        "bundle": {"registry": directory / "registry"},
        "console": {"listen": "127.0.0.1:0", **console},
    }
    return with_options(load_settings(), options)
