"""A registry of bundles: a directory that holds each once, by its version, and aliases that agents follow.

::

    registry/bundles/<version>/       a bundle, as `burl train --out` makes it
    registry/aliases.json             {"champion": version, "challenger": version, "before": [version, ...]}

`champion` is what agents run, `challenger` what may follow it. Every way in verifies the bundle.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from burl.bundle.bundle import Bundle, load_bundle
from burl.errors import BundleError

Alias = Literal["champion", "challenger"]
_VERSION = re.compile(r"[0-9a-f]{12}")
_KEPT_BEFORE = 10
"""Champions before the present one that can be gone back to."""


class Registry:
    """Bundles and aliases below one directory: one person at a time changes it, any number of agents read."""

    def __init__(self, path: Path) -> None:
        """Args: `path` is made when something is first added."""
        self._path = path

    def add(self, directory: Path) -> Bundle:
        """Take in a verified copy of the bundle at `directory`; return it as it lies here.

        Raises:
            BundleError: it is damaged, of a newer format, or the registry cannot be written.
        """
        version = load_bundle(directory).manifest.version
        target = self._path / "bundles" / version
        if not target.exists():
            staging = target.with_name(f".{version}.{os.getpid()}")
            try:
                shutil.copytree(directory, staging, symlinks=True)
                load_bundle(staging)
                staging.rename(target)
            except OSError as error:
                raise BundleError(f"registry {self._path}: cannot take the bundle in: {error}") from error
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        return self.open(version)

    def open(self, name: str) -> Bundle:
        """Return the bundle of an alias or a version, verified.

        Raises:
            BundleError: there is none, or it is damaged.
        """
        version = name if _VERSION.fullmatch(name) else self.version(name)
        if not version:
            raise BundleError(f"registry {self._path} has no {name}")
        bundle = load_bundle(self._path / "bundles" / version)
        if bundle.manifest.version != version:
            raise BundleError(f"registry {self._path}: what lies at {version} is {bundle.manifest.version}")
        return bundle

    def version(self, alias: str) -> str:
        """Return the version that an alias names; nothing when there is none. Raises BundleError."""
        found = self._aliases().get(alias)
        return found if isinstance(found, str) and _VERSION.fullmatch(found) else ""

    def versions(self) -> list[str]:
        """Return all versions, oldest first."""
        found = (self._path / "bundles").glob("*")
        return [path.name for path in sorted(found, key=_age) if _VERSION.fullmatch(path.name)]

    def challenge(self, version: str) -> None:
        """Make a bundle the challenger. Raises BundleError when it is not here, or damaged."""
        self.open(version)
        with self._changed() as aliases:
            aliases["challenger"] = version

    def promote(self, version: str = "") -> Bundle:
        """Make a bundle (else the challenger) the champion; return it. Raises BundleError."""
        bundle = self.open(version or "challenger")
        with self._changed() as aliases:
            if aliases.get("champion"):
                aliases["before"] = [*aliases.get("before", []), aliases["champion"]][-_KEPT_BEFORE:]
            aliases["champion"] = bundle.manifest.version
            if aliases.get("challenger") == bundle.manifest.version:
                del aliases["challenger"]
        return bundle

    def rollback(self) -> tuple[str, Bundle]:
        """Make the champion before the present one the champion; return the old version and the bundle.

        Raises:
            BundleError: there is none before, or it is damaged.
        """
        before = self._aliases().get("before", [])
        if not before:
            raise BundleError(f"registry {self._path} knows no champion before this one")
        bundle = self.open(str(before[-1]))
        with self._changed() as aliases:
            given_up = str(aliases["champion"])
            aliases["champion"] = aliases["before"].pop()
        return given_up, bundle

    def _aliases(self) -> dict[str, Any]:
        path = self._path / "aliases.json"
        try:
            return dict(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            raise BundleError(f"{path}: cannot be read ({error})") from error

    @contextmanager
    def _changed(self) -> Iterator[dict[str, Any]]:
        """Yield the aliases; what is made of them takes their place at once."""
        aliases = self._aliases()
        yield aliases
        path = self._path / "aliases.json"
        staging = path.with_suffix(f".{os.getpid()}")
        staging.write_text(json.dumps(aliases, indent=1), "utf-8")
        staging.replace(path)


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name
