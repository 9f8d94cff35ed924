"""Reading and writing bundle directories; nothing in a bundle is ever executed."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from burl.bundle.manifest import FORMAT_VERSION, Manifest
from burl.errors import BundleError
from burl.parse.template_set import TemplateSet

MANIFEST = "manifest.json"
TEMPLATES = "templates.json"
SESSIONS = "sessions.json"
_SUFFIXES = frozenset({".json", ".npz", ".onnx"})
_MAX_FILE_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose manifest and checksums were verified."""

    directory: Path
    manifest: Manifest

    def path(self, relative: str) -> Path:
        """Return the path of a file of the bundle."""
        return self.directory / relative

    def json(self, relative: str) -> Any:
        """Return the content of a JSON file of the bundle."""
        return json.loads(self.path(relative).read_bytes())

    def templates(self) -> TemplateSet:
        """Return its templates. Raises BundleError when they are damaged, or of another format."""
        return TemplateSet.from_json(self.path(TEMPLATES).read_bytes())


def load_bundle(directory: Path) -> Bundle:
    """Open the bundle at `directory` and verify every file of it.

    Raises:
        BundleError: it is missing, damaged, of a newer format, or holds what no bundle holds.
    """
    manifest = _read_manifest(directory)
    found = {_relative(path, directory) for path in directory.rglob("*") if not path.is_dir()} - {MANIFEST}
    listed = set(manifest.files)
    for name in sorted(listed - found):
        raise BundleError(f"bundle {directory}: file {name} is missing; copy the bundle again or retrain")
    for name in sorted(found - listed):
        raise BundleError(f"bundle {directory}: {name} is not in its manifest; remove it or retrain")
    for name, digest in manifest.files.items():
        if sha256_of(directory / name) != digest:
            raise BundleError(f"bundle {directory}: file {name} is damaged (SHA-256 differs); copy it again")
    if bundle_version(manifest.files) != manifest.version:
        raise BundleError(f"bundle {directory}: its version does not match its files; copy it again")
    return Bundle(directory, manifest)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bundle_version(files: dict[str, str]) -> str:
    """Return the version of a bundle with these files: a hash of their names and digests."""
    return hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()[:12]


def file_digests(directory: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below `directory`, by relative path."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {_relative(path, directory): sha256_of(path) for path in files}


@contextmanager
def new_bundle(target: Path) -> Iterator[Path]:
    """Give an empty directory to write a bundle into; it becomes `target` only when the block succeeds.

    Raises:
        BundleError: `target` exists and is no bundle, so that it must not be replaced.
    """
    if target.exists() and not (target / MANIFEST).is_file() and (target.is_file() or any(target.iterdir())):
        raise BundleError(f"{target} exists and is no bundle; give another --out or remove it")
    staging = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True, mode=0o700)
    try:
        yield staging
        for path in staging.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        if target.exists():
            shutil.rmtree(target)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def parse_manifest(content: str | bytes, where: str) -> Manifest:
    """Return the manifest in `content`, which messages place at `where`.

    Raises:
        BundleError: it is damaged, of a newer format, or names a file of a kind that no bundle holds.
    """
    try:
        data = json.loads(content)
        version = int(data.get("format_version", 0))
        if version > FORMAT_VERSION:
            raise BundleError(
                f"bundle {where} has format {version}, newer than {FORMAT_VERSION}; upgrade Burl"
            )
        manifest = Manifest.model_validate(data)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BundleError(f"bundle {where}: {MANIFEST} is damaged ({_first_line(error)})") from error
    for name in manifest.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or path.suffix not in _SUFFIXES:
            raise BundleError(f"bundle {where}: file {name} is of no kind that a bundle may hold")
    return manifest


def _read_manifest(directory: Path) -> Manifest:
    path = directory / MANIFEST
    if not directory.is_dir() or not path.is_file():
        raise BundleError(
            f"{directory} is no bundle: {MANIFEST} is missing; make one with `burl train --out`"
        )
    manifest = parse_manifest(path.read_bytes(), str(directory))
    for name in manifest.files:
        real = directory / name
        if real.is_symlink() or (real.is_file() and real.stat().st_size > _MAX_FILE_BYTES):
            raise BundleError(f"bundle {directory}: file {name} is a link or too large")
    return manifest


def _relative(path: Path, directory: Path) -> str:
    return path.relative_to(directory).as_posix()


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
