"""Bundles that must be refused, in whatever place they lie: each way to damage one, and two places."""

import base64
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import orjson
from opensearchpy import OpenSearch

from burl.bundle.bundle import bundle_version
from support.bundles import BUNDLE


class Place(Protocol):
    """Where a bundle lies, open to damage."""

    def file(self, suffix: str) -> str:
        """Return the name of a file that ends so."""
        ...

    def change(self, name: str, change: Callable[[bytes], bytes]) -> None:
        """Change the content of a file."""
        ...

    def remove(self, name: str) -> None:
        """Take a file away."""
        ...


Damage = Callable[[Place], None]


def changed_byte(place: Place) -> None:
    """One bit of a model is another."""

    def change(content: bytes) -> bytes:
        middle = len(content) // 2
        return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]

    place.change(place.file(".npz"), change)


def pickle(place: Place) -> None:
    """The manifest lists a pickle, with its right checksum."""

    def change(content: bytes) -> bytes:
        manifest = orjson.loads(content)
        manifest["files"]["detectors/model.pkl"] = "0" * 64
        manifest["version"] = bundle_version(manifest["files"])
        return orjson.dumps(manifest)

    place.change("manifest.json", change)


def way_out(place: Place) -> None:
    """The manifest lists a file that lies elsewhere."""

    def change(content: bytes) -> bytes:
        manifest = orjson.loads(content)
        name, digest = manifest["files"].popitem()
        manifest["files"][f"../{Path(name).name}"] = digest
        return orjson.dumps(manifest)

    place.change("manifest.json", change)


def newer(place: Place) -> None:
    """It is of a format to come."""
    place.change(
        "manifest.json", lambda content: orjson.dumps(orjson.loads(content) | {"format_version": 99})
    )


def missing(place: Place) -> None:
    """A file is not there."""
    place.remove("templates.json")


DAMAGES: list[Damage] = [changed_byte, pickle, way_out, newer, missing]


class Directory:
    """A bundle in a directory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def file(self, suffix: str) -> str:
        """Return the name of a file that ends so."""
        return next(self._path.rglob(f"*{suffix}")).relative_to(self._path).as_posix()

    def change(self, name: str, change: Callable[[bytes], bytes]) -> None:
        """Change the content of a file."""
        (self._path / name).write_bytes(change((self._path / name).read_bytes()))

    def remove(self, name: str) -> None:
        """Take a file away."""
        (self._path / name).unlink()


class Documents:
    """A bundle in OpenSearch's documents."""

    def __init__(self, client: OpenSearch, index: str, version: str) -> None:
        self._client, self._index, self._version = client, index, version

    def file(self, suffix: str) -> str:
        """Return the name of a file that ends so."""
        return next(name for name in self._files() if name.endswith(suffix))

    def change(self, name: str, change: Callable[[bytes], bytes]) -> None:
        """Change the content of a file."""
        if name == "manifest.json":
            document = self._source(self._version)
            document["manifest"] = change(document["manifest"].encode()).decode()
            self._client.index(index=self._index, id=self._version, body=document)
            return
        identifier = f"{self._files()[name]}-0"
        document = self._source(identifier)
        document["data"] = base64.b64encode(change(base64.b64decode(document["data"]))).decode()
        self._client.index(index=self._index, id=identifier, body=document)

    def remove(self, name: str) -> None:
        """Take a file away."""
        self._client.delete(index=self._index, id=f"{self._files()[name]}-0")

    def _files(self) -> dict[str, str]:
        files: dict[str, str] = orjson.loads(self._source(self._version)["manifest"])["files"]
        return files

    def _source(self, identifier: str) -> dict[str, Any]:
        source: dict[str, Any] = self._client.get(index=self._index, id=identifier)["_source"]
        return source


def damaged_copy(damage: Damage, folder: Path) -> Path:
    """Return a damaged copy of the shop's bundle."""
    copied = folder / "damaged"
    shutil.copytree(BUNDLE, copied)
    damage(Directory(copied))
    return copied
