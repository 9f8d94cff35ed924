"""Follows the aliases of a registry: bundles are adopted while the agent runs, bad ones are refused."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from burl.bundle import Bundle, load_bundle
from burl.bundle.registry import Alias, Registry
from burl.bundle.settings import BundleSettings
from burl.errors import BurlError, Retryable
from burl.metrics import AnyMetric, Metric

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Followed:
    """What runs here of one alias.

    Attributes:
        version: the bundle that runs; nothing without one.
        refusal: why what the alias names does not run here; nothing while it does.
    """

    alias: Alias
    version: str = ""
    refusal: str = ""
    refusals: int = 0
    adopted: int = 0

    async def look(self, registry: Registry, use: Callable[[Bundle], Awaitable[None]]) -> None:
        """Have what the alias names used, where it is another; what cannot be used is refused.

        Raises:
            Retryable: the registry cannot be reached.
        """
        try:
            version = await asyncio.to_thread(registry.version, self.alias)
            if version and version != self.version:
                await use(await asyncio.to_thread(registry.open, version))
                self.version, self.adopted = version, self.adopted + 1
                _LOG.info("%s %s runs now", self.alias, version)
        except Retryable:
            raise
        except (BurlError, OSError) as error:
            self.refusals += 1
            if str(error) != self.refusal:
                _LOG.warning("%s refused, %s stays: %s", self.alias, self.version or "none", error)
            self.refusal = str(error)
        else:
            self.refusal = ""


class Champion:
    """What this agent runs, of what it is told to; and the challenger beside it.

    Attributes:
        errors: times that the registry could not be read.
    """

    def __init__(self, settings: BundleSettings, registry: Registry | None = None) -> None:
        """Args: `settings` name a bundle, `registry` (or neither); they say how often to look."""
        self._settings, self._registry = settings, registry
        self._champion, self._challenger = Followed("champion"), Followed("challenger")
        self.errors = 0

    @property
    def version(self) -> str:
        """The bundle that runs; nothing without one."""
        return self._champion.version

    @property
    def refusal(self) -> str:
        """Why the registry's champion does not run here; nothing while it does."""
        return self._champion.refusal

    @property
    def refusals(self) -> int:
        """Times that the registry's champion was refused."""
        return self._champion.refusals

    def load(self) -> Bundle | None:
        """Return the bundle to start with, if there is one.

        While the registry cannot be reached, that is the last that it named, where it was kept.

        Raises:
            BundleError: it is damaged.
        """
        bundle = None
        if self._settings.path:
            bundle = load_bundle(self._settings.path)
        elif self._registry and (version := self._wanted(self._registry)):
            bundle = self._registry.open(version)
        self._champion.version = bundle.manifest.version if bundle else ""
        return bundle

    async def follow(
        self,
        adopt: Callable[[Bundle], Awaitable[None]],
        shadow: Callable[[Bundle | None], Awaitable[None]],
    ) -> None:
        """Have each new champion adopted, and each challenger run in its shadow, until cancelled.

        Returns at once where there is no registry.
        """
        while self._registry:
            await asyncio.sleep(self._settings.poll_seconds)
            try:
                await self._look(self._registry, adopt, shadow)
            except (BurlError, OSError) as error:
                self.errors += 1
                _LOG.debug("the registry cannot be read, what runs stays: %s", error)

    async def _look(
        self,
        registry: Registry,
        adopt: Callable[[Bundle], Awaitable[None]],
        shadow: Callable[[Bundle | None], Awaitable[None]],
    ) -> None:
        champion, challenger = self._champion.version, self._challenger
        await self._champion.look(registry, adopt)
        if not self._settings.shadow_cpu_share:
            return
        gone = not await asyncio.to_thread(registry.version, "challenger")
        if challenger.version and (gone or champion != self._champion.version):
            await shadow(None)
            challenger.version = ""  # beside another champion it is another comparison
        await challenger.look(registry, shadow)

    def _wanted(self, registry: Registry) -> str:
        try:
            return registry.version("champion")
        except Retryable as error:
            remembered = registry.remembered_champion()
            _LOG.warning("%s; %s is started with", error, remembered or "no bundle")
            return remembered

    def metrics(self) -> list[AnyMetric]:
        """Return what is counted."""
        champion, challenger = self._champion, self._challenger
        return [
            Metric(
                "burl_bundle_adoptions_total", "Bundles swapped in while running.", lambda: champion.adopted
            ),
            Metric(
                "burl_bundle_refusals_total",
                "Times that the registry's champion was refused; the one before stays.",
                lambda: champion.refusals,
            ),
            Metric(
                "burl_bundle_refused",
                "1 while the registry's champion does not run here.",
                lambda: int(bool(champion.refusal)),
            ),
            Metric(
                "burl_challenger_refused",
                "1 while the registry's challenger cannot be run beside the champion.",
                lambda: int(bool(challenger.refusal)),
            ),
            Metric(
                "burl_bundle_registry_errors_total",
                "Times that the registry could not be read; what runs stays.",
                lambda: self.errors,
            ),
        ]
