"""Follows the champion of a registry: another one is adopted while the agent runs, a bad one is refused."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from burl.bundle import Bundle, load_bundle
from burl.bundle.registry import Registry
from burl.bundle.settings import BundleSettings
from burl.errors import BurlError
from burl.metrics import AnyMetric, Metric

_LOG = logging.getLogger(__name__)


class Champion:
    """What this agent runs, of what it is told to.

    Attributes:
        version: the bundle that runs; nothing without one.
        refusal: why the registry's champion does not run here; nothing while it does.
    """

    def __init__(self, settings: BundleSettings) -> None:
        """Args: `settings` name a bundle, a registry, or neither."""
        self._settings = settings
        self._registry = Registry(settings.registry) if settings.registry else None
        self.version = ""
        self.refusal = ""
        self.refusals = 0
        self.adopted = 0

    def load(self) -> Bundle | None:
        """Return the bundle to start with, if there is one. Raises BundleError."""
        bundle = None
        if self._settings.path:
            bundle = load_bundle(self._settings.path)
        elif self._registry and self._registry.version("champion"):
            bundle = self._registry.open("champion")
        self.version = bundle.manifest.version if bundle else ""
        return bundle

    async def follow(self, adopt: Callable[[Bundle], Awaitable[None]]) -> None:
        """Have each new champion adopted, until cancelled; returns at once where there is no registry."""
        while self._registry:
            await asyncio.sleep(self._settings.poll_seconds)
            await self._look(self._registry, adopt)

    async def _look(self, registry: Registry, adopt: Callable[[Bundle], Awaitable[None]]) -> None:
        try:
            version = await asyncio.to_thread(registry.version, "champion")
            if version and version != self.version:
                await adopt(await asyncio.to_thread(registry.open, version))
                self.version, self.adopted = version, self.adopted + 1
                _LOG.info("bundle %s runs now", version)
        except (BurlError, OSError) as error:
            self.refusals += 1
            if str(error) != self.refusal:
                _LOG.warning("bundle refused, %s stays: %s", self.version or "none", error)
            self.refusal = str(error)
        else:
            self.refusal = ""

    def metrics(self) -> list[AnyMetric]:
        """Return what is counted."""
        return [
            Metric("burl_bundle_adoptions_total", "Bundles swapped in while running.", lambda: self.adopted),
            Metric(
                "burl_bundle_refusals_total",
                "Times that the registry's champion was refused; the one before stays.",
                lambda: self.refusals,
            ),
            Metric(
                "burl_bundle_refused",
                "1 while the registry's champion does not run here.",
                lambda: int(bool(self.refusal)),
            ),
        ]
