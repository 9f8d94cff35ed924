"""A registry in OpenSearch: bundles in chunks named by their file's SHA-256, aliases in one document.

The document of a bundle is written after all of its chunks: where it is, they are. What is fetched is
verified file by file, as any bundle is.
"""

import atexit
import base64
import binascii
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConflictError, NotFoundError

from burl.bundle.bundle import MANIFEST, Bundle, load_bundle, parse_manifest, sha256_of
from burl.bundle.manifest import Manifest
from burl.bundle.registry import VERSION, Aliases, Registry
from burl.clock import Clock
from burl.decide.times import rfc3339
from burl.errors import BundleError
from burl.write.names import IndexNames
from burl.write.opensearch.client import translated
from burl.write.opensearch.search import hits
from burl.write.settings import OpenSearchSettings

_CHUNK_BYTES = 2**20
_MAX_CHUNKS = 512
_MAX_VERSIONS = 10_000
_ALIASES = "aliases"
_REMEMBERED = "aliases.json"
_ATTEMPTS = 8


class OpenSearchRegistry(Registry):
    """Bundles and aliases in the index `<prefix>_bundles`; any number of people and agents at once."""

    def __init__(
        self, client: OpenSearch, settings: OpenSearchSettings, clock: Clock, cache: Path | None = None
    ) -> None:
        """Use the registry behind `client`.

        Args:
            client: a connection of its own.
            settings: how the indices are called.
            clock: tells when a bundle came.
            cache: directory that keeps what was fetched, also for when OpenSearch cannot be reached; None:
                everything is fetched anew each time.
        """
        self._client, self._clock, self._url = client, clock, settings.hosts[0]
        super().__init__(f"OpenSearch at {self._url}")
        self._index = IndexNames(settings.prefix, settings.dataset, settings.namespace).alias("bundles")
        self._cache = cache
        self._temporary: Path | None = None

    def add(self, directory: Path) -> Bundle:
        """Take in a verified copy of the bundle at `directory`. Raises BundleError or Retryable."""
        bundle = load_bundle(directory)
        version = bundle.manifest.version
        try:
            return self._fetched(version)
        except BundleError:  # it is not here, or not whole: chunks are named by what they hold, so write all
            chunks = {digest: self._send(bundle.path(name)) for name, digest in bundle.manifest.files.items()}
            text = bundle.path(MANIFEST).read_text("utf-8")
            body = {"kind": "bundle", "version": version, "manifest": text, "chunks": chunks}
            self._put(version, body | {"@timestamp": rfc3339(self._clock.time_ns())}, {"refresh": "true"})
        return self._fetched(version)

    def versions(self) -> list[str]:
        """Return all versions, oldest first. Raises Retryable."""
        order = [{"@timestamp": "asc"}, {"version": "asc"}]
        bundles = [{"term": {"kind": "bundle"}}]
        with translated(self._url):
            found = list(hits(self._client, self._index, bundles, order, _MAX_VERSIONS))
        return [document["version"] for document in found]

    def manifest(self, version: str) -> Manifest:
        """Return what a bundle says of itself; its files are not looked at. Raises BundleError, Retryable."""
        return parse_manifest(self._document(version)["manifest"], f"{self.where}: {version}")

    def remembered_champion(self) -> str:
        """Return the champion's version when OpenSearch could last be reached, if that is known."""
        try:
            found = json.loads((self._place() / _REMEMBERED).read_bytes()).get("champion", "")
        except (OSError, ValueError, AttributeError):
            return ""
        return found if isinstance(found, str) and VERSION.fullmatch(found) else ""

    def _remove(self, version: str) -> None:
        chunks = self._chunk_ids(version)
        self._delete(version)
        shared = {chunk for other in self.versions() for chunk in self._chunk_ids(other)}
        for chunk in chunks - shared:
            self._delete(chunk)

    def _directory(self, version: str) -> Path:
        place = self._place() / version
        if self._cache:
            try:
                load_bundle(place)
            except BundleError:
                self._fetch(version, place)
        else:
            self._fetch(version, place)
        return place

    def _fetched(self, version: str) -> Bundle:
        place = self._place() / version
        self._fetch(version, place)
        return load_bundle(place)

    def _fetch(self, version: str, place: Path) -> None:
        """Bring a bundle to `place`, verified; nothing changes there when it is not whole."""
        document = self._document(version)
        staging = place.with_name(f".{version}.{os.getpid()}")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True, mode=0o700)
        try:
            # Before any file is written: its name must be one that a bundle may hold.
            manifest = parse_manifest(document["manifest"], f"{self.where}: {version}")
            for name, digest in manifest.files.items():
                path = staging / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"".join(self._chunks(digest, document["chunks"].get(digest, 0))))
            (staging / MANIFEST).write_text(document["manifest"], "utf-8")
            load_bundle(staging)
            shutil.rmtree(place, ignore_errors=True)
            staging.rename(place)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _document(self, version: str) -> dict[str, Any]:
        document: dict[str, Any] = self._get(version)["_source"]
        chunks = document.get("chunks")
        counted = isinstance(chunks, dict) and all(isinstance(count, int) for count in chunks.values())
        if not counted or not isinstance(document.get("manifest"), str):
            raise BundleError(f"registry {self.where}: the document of {version} is damaged; add it again")
        return document

    def _chunk_ids(self, version: str) -> set[str]:
        counts = self._document(version)["chunks"].items()
        return {f"{digest}-{number}" for digest, count in counts for number in range(min(count, _MAX_CHUNKS))}

    def _chunks(self, digest: str, count: int) -> Iterator[bytes]:
        for number in range(min(count, _MAX_CHUNKS)):
            data = self._get(f"{digest}-{number}")["_source"].get("data")
            try:
                yield base64.b64decode(data, validate=True)
            except (binascii.Error, TypeError, ValueError) as error:
                raise BundleError(f"registry {self.where}: chunk {digest}-{number} is damaged") from error

    def _send(self, path: Path) -> int:
        """Write a file in chunks; return how many."""
        digest, number = sha256_of(path), 0
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                body = {"kind": "chunk", "data": base64.b64encode(chunk).decode("ascii")}
                self._put(f"{digest}-{number}", body, {})
                number += 1
        return number

    def _put(self, identifier: str, body: dict[str, Any], params: dict[str, Any]) -> bool:
        """Write a document; return False where `params` ask that it has not changed, and it has."""
        # Without the alias this would make an index of that name, which nothing has mapped.
        wanted = params | {"require_alias": "true"}
        with translated(self._url):
            try:
                self._client.index(index=self._index, id=identifier, body=body, params=wanted)
            except ConflictError:
                return False
            except NotFoundError:
                text = f"registry {self.where}: there is no {self._index}; run `burl platform install`"
                raise BundleError(text) from None
        return True

    def _get(self, identifier: str) -> dict[str, Any]:
        with translated(self._url):
            try:
                found: dict[str, Any] = self._client.get(index=self._index, id=identifier)
            except NotFoundError:
                raise BundleError(f"registry {self.where} has no {identifier}") from None
            return found

    def _delete(self, identifier: str) -> None:
        """Delete a document, if it is there; searches know of it at once."""
        with translated(self._url), suppress(NotFoundError):
            self._client.delete(index=self._index, id=identifier, params={"refresh": "true"})

    def _aliases(self) -> Aliases:
        return self._versioned_aliases()[0]

    def _versioned_aliases(self) -> tuple[Aliases, dict[str, Any]]:
        """Return the aliases, and what makes a write fail when they have changed since."""
        try:
            found = self._get(_ALIASES)
        except BundleError:
            return {}, {"op_type": "create"}
        aliases = dict(found["_source"]["aliases"])
        if self._cache:
            self._remember(aliases)
        return aliases, {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}

    def _change(self, change: Callable[[Aliases], None]) -> None:
        for _ in range(_ATTEMPTS):
            aliases, unchanged = self._versioned_aliases()
            change(aliases)
            if self._put(_ALIASES, {"kind": "aliases", "aliases": aliases}, unchanged):
                return
        raise BundleError(f"registry {self.where} is being changed by others; try again")

    def _remember(self, aliases: Aliases) -> None:
        place = self._place()
        staging = place / f".{_REMEMBERED}.{os.getpid()}"
        staging.write_text(json.dumps(aliases), "utf-8")
        staging.replace(place / _REMEMBERED)
        kept = {aliases.get(alias) for alias in ("champion", "challenger")}
        for path in place.iterdir():
            if VERSION.fullmatch(path.name) and path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def _place(self) -> Path:
        if self._cache:
            self._cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            return self._cache
        if self._temporary is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="burl-bundles-"))
            # Not with the registry: bundles that came of it are still being read.
            atexit.register(shutil.rmtree, self._temporary, ignore_errors=True)
        return self._temporary
