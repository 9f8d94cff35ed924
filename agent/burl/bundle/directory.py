"""A registry in a directory.

::

    registry/bundles/<version>/       a bundle, as `burl train --out` makes it
    registry/aliases.json             {"champion": version, "challenger": version, "before": [version, ...]}
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from burl.bundle.bundle import Bundle, load_bundle
from burl.bundle.manifest import Manifest
from burl.bundle.registry import VERSION, Aliases, Registry
from burl.errors import BundleError


class DirectoryRegistry(Registry):
    """Bundles and aliases below one directory: one person at a time changes it, any number of agents read."""

    def __init__(self, path: Path) -> None:
        """Args: `path` is made when something is first added."""
        super().__init__(str(path))
        self._path = path

    def add(self, directory: Path) -> Bundle:
        """Take in a verified copy of the bundle at `directory`. Raises BundleError."""
        version = load_bundle(directory).manifest.version
        target = self._directory(version)
        if not target.exists():
            staging = target.with_name(f".{version}.{os.getpid()}")
            try:
                shutil.copytree(directory, staging, symlinks=True)
                load_bundle(staging)
                os.utime(staging)  # its age here, not where it came from
                staging.rename(target)
            except OSError as error:
                raise BundleError(f"registry {self.where}: cannot take the bundle in: {error}") from error
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        return self.open(version)

    def versions(self) -> list[str]:
        """Return all versions, oldest first."""
        found = (self._path / "bundles").glob("*")
        return [path.name for path in sorted(found, key=_age) if VERSION.fullmatch(path.name)]

    def manifest(self, version: str) -> Manifest:
        """Return what a bundle says of itself; all of it is verified. Raises BundleError."""
        return self.open(version).manifest

    def _remove(self, version: str) -> None:
        target = self._directory(version)
        staging = target.with_name(f".{version}.{os.getpid()}")
        try:
            target.rename(staging)  # at once: it is never there in part
            shutil.rmtree(staging)
        except OSError as error:
            raise BundleError(f"registry {self.where}: cannot delete {version}: {error}") from error

    def _directory(self, version: str) -> Path:
        return self._path / "bundles" / version

    def _aliases(self) -> Aliases:
        path = self._path / "aliases.json"
        try:
            return dict(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            raise BundleError(f"{path}: cannot be read ({error})") from error

    def _change(self, change: Callable[[Aliases], None]) -> None:
        aliases = self._aliases()
        change(aliases)
        path = self._path / "aliases.json"
        staging = path.with_suffix(f".{os.getpid()}")
        staging.write_text(json.dumps(aliases, indent=1), "utf-8")
        staging.replace(path)


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name
