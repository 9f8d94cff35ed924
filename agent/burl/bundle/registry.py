"""A registry of bundles: each is there once, by its version, with aliases that agents follow.

`champion` is what agents run, `challenger` what may follow it and scores beside it. Bundles lie in a
directory (`burl.bundle.directory`) or in OpenSearch (`burl.bundle.opensearch`). Every way in verifies them.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from burl.bundle.bundle import Bundle, load_bundle
from burl.bundle.manifest import Manifest
from burl.errors import BundleError

Alias = Literal["champion", "challenger"]
Aliases = dict[str, Any]
"""`{"champion": version, "challenger": version, "before": [version, ...]}`; what is not there is left out."""
VERSION = re.compile(r"[0-9a-f]{12}")
_KEPT_BEFORE = 10
"""Champions before the present one that can be gone back to."""


class Registry(ABC):
    """Bundles and aliases in one place, which messages call `where`."""

    def __init__(self, where: str) -> None:
        """Args: `where` names the place to people."""
        self.where = where

    @abstractmethod
    def add(self, directory: Path) -> Bundle:
        """Take in a verified copy of the bundle at `directory`; return it as it lies here.

        Raises:
            BundleError: it is damaged, of a newer format, or the registry cannot be written.
            Retryable: the registry cannot be reached.
        """

    @abstractmethod
    def versions(self) -> list[str]:
        """Return all versions, oldest first. Raises Retryable."""

    @abstractmethod
    def manifest(self, version: str) -> Manifest:
        """Return what a bundle says of itself. Raises BundleError or Retryable."""

    @abstractmethod
    def _remove(self, version: str) -> None:
        """Take a bundle out for good. Raises BundleError or Retryable."""

    @abstractmethod
    def _directory(self, version: str) -> Path:
        """Return where the bundle lies on this machine. Raises BundleError or Retryable."""

    @abstractmethod
    def _aliases(self) -> Aliases:
        """Return the aliases. Raises BundleError or Retryable."""

    @abstractmethod
    def _change(self, change: Callable[[Aliases], None]) -> None:
        """Have the aliases changed in place, all at once. Raises BundleError or Retryable."""

    def remembered_champion(self) -> str:
        """Return the champion's version when the registry could last be reached, if that is known."""
        return ""

    def open(self, name: str) -> Bundle:
        """Return the bundle of an alias or a version, verified.

        Raises:
            BundleError: there is none, or it is damaged.
            Retryable: the registry cannot be reached.
        """
        version = name if VERSION.fullmatch(name) else self.version(name)
        if not version:
            raise BundleError(f"registry {self.where} has no {name}")
        bundle = load_bundle(self._directory(version))
        if bundle.manifest.version != version:
            raise BundleError(f"registry {self.where}: what lies at {version} is {bundle.manifest.version}")
        return bundle

    def version(self, alias: str) -> str:
        """Return the version that an alias names; nothing when there is none. Raises BundleError."""
        found = self._aliases().get(alias)
        return found if isinstance(found, str) and VERSION.fullmatch(found) else ""

    def challenge(self, version: str) -> None:
        """Make a bundle the challenger. Raises BundleError when it is not here, or damaged."""
        self.open(version)
        self._change(lambda aliases: aliases.update(challenger=version))

    def promote(self, version: str = "") -> Bundle:
        """Make a bundle (else the challenger) the champion; return it. Raises BundleError."""
        bundle = self.open(version or "challenger")
        promoted = bundle.manifest.version

        def change(aliases: Aliases) -> None:
            if aliases.get("champion"):
                aliases["before"] = [*aliases.get("before", []), aliases["champion"]][-_KEPT_BEFORE:]
            aliases["champion"] = promoted
            if aliases.get("challenger") == promoted:
                del aliases["challenger"]

        self._change(change)
        return bundle

    def rollback(self) -> tuple[str, Bundle]:
        """Make the champion before the present one the champion; return the old version and the bundle.

        Raises:
            BundleError: there is none before, or it is damaged.
        """
        before = self._aliases().get("before", [])
        if not before:
            raise BundleError(f"registry {self.where} knows no champion before this one")
        bundle = self.open(str(before[-1]))
        given_up: list[str] = []

        def change(aliases: Aliases) -> None:
            given_up[:] = [str(aliases["champion"])]
            aliases["champion"] = aliases["before"].pop()

        self._change(change)
        return given_up[0], bundle

    def prune(self, keep: int) -> list[str]:
        """Delete old bundles, and return which; not while somebody else adds one.

        Champion, challenger and the champions that can be gone back to always stay; of the others, the
        `keep` newest.

        Raises:
            BundleError: one cannot be deleted.
            Retryable: the registry cannot be reached.
        """
        aliases = self._aliases()
        needed = {aliases.get("champion"), aliases.get("challenger"), *aliases.get("before", [])}
        others = [version for version in self.versions() if version not in needed]
        old = others[: max(len(others) - keep, 0)]
        for version in old:
            self._remove(version)
        return old
