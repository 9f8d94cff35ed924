"""Checkpoints: the whole state of the engine at one moment, atomic, versioned and checked.

A state directory holds `checkpoint-<generation>` and the `journal-<generation>` of what came after it. One
older generation is kept, so that a checkpoint which cannot be used costs nothing: it is set aside as
`*.aside` and both journals are replayed on the older one.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack

from burl.errors import ConfigError

STATE_VERSION = 3
"""Layout of what rooms put into a checkpoint; an older one is set aside, a newer one refused."""
_NAME = re.compile(r"(checkpoint|journal)-(\d{12})")
_DIGEST_BYTES = 32
_KEPT_CHECKPOINTS = 2
_KEPT_ASIDE = 3


class UnusableError(Exception):
    """A checkpoint cannot be continued from; its text says why."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A checkpoint that was set aside, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a state directory held: the newest good state, and the journals to replay on it, in order."""

    state: dict[str, Any] | None
    journals: list[Path]
    generation: int
    aside: list[Aside]
    checkpoint: Path | None = None


class StateDirectory:
    """The agent's state on disk, mode 0700, files 0600."""

    def __init__(self, path: Path) -> None:
        """Args: `path` is made when missing. Raises ConfigError when it cannot be written."""
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigError(f"state.directory {path} cannot be made: {error.strerror}") from error
        if not os.access(path, os.W_OK | os.X_OK):
            raise ConfigError(f"state.directory {path} cannot be written; give another one")

    def journal_path(self, generation: int) -> Path:
        """Return the path of the journal that follows checkpoint `generation`."""
        return self.path / f"journal-{generation:012d}"

    def save(self, generation: int, state: dict[str, Any]) -> None:
        """Write checkpoint `generation`. Raises OSError."""
        self.write(generation, pack(state))

    def write(self, generation: int, payload: bytes) -> None:
        """Write checkpoint `generation`; remove what neither it nor the one before needs. Raises OSError."""
        write_state(self.path / f"checkpoint-{generation:012d}", payload)
        self._prune()

    def recover(self) -> Recovered:
        """Find the newest good checkpoint; set aside those that are damaged, or of an older version.

        Raises:
            ConfigError: the newest was written by a newer version of Burl.
        """
        files = self._files()
        checkpoints = sorted((g, p) for p, kind, g in files if kind == "checkpoint")
        journals = sorted((g, p) for p, kind, g in files if kind == "journal")
        newest = max((g for _, _, g in files), default=0)
        aside: list[Aside] = []
        for generation, path in reversed(checkpoints):
            try:
                state = read_state(path)
            except UnusableError as error:
                aside.append(self.set_aside(path, str(error)))
                continue
            after = [p for g, p in journals if g >= generation]
            return Recovered(state, after, newest, aside, path)
        return Recovered(None, [p for _, p in journals], newest, aside)

    def set_aside(self, path: Path, reason: str) -> Aside:
        """Rename a checkpoint that cannot be used, so that it is not met again. Raises OSError."""
        aside = path.with_suffix(".aside")
        path.rename(aside)
        return Aside(aside, reason)

    def _prune(self) -> None:
        files = self._files()
        kept = sorted(g for _, kind, g in files if kind == "checkpoint")[-_KEPT_CHECKPOINTS:]
        for path, _, generation in files:
            if generation < kept[0]:
                path.unlink(missing_ok=True)
        for path in sorted(self.path.glob("*.aside"))[:-_KEPT_ASIDE]:
            path.unlink(missing_ok=True)

    def _files(self) -> list[tuple[Path, str, int]]:
        found = ((path, _NAME.fullmatch(path.name)) for path in self.path.iterdir())
        return [(path, match[1], int(match[2])) for path, match in found if match]


def pack(state: dict[str, Any]) -> bytes:
    """Return the content of a checkpoint."""
    packed: bytes = msgpack.packb([STATE_VERSION, state], use_bin_type=True)
    return packed


def write_state(target: Path, payload: bytes) -> None:
    """Write what `pack` returned, whole or not at all, mode 0600. Raises OSError."""
    staging = target.with_suffix(".new")
    with os.fdopen(os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(hashlib.sha256(payload).digest())
        file.write(payload)
        file.flush()
        os.fsync(file.fileno())
    staging.rename(target)


def read_state(path: Path) -> dict[str, Any]:
    """Return the state that a file holds.

    Raises:
        UnusableError: it is damaged, or of an older version.
        ConfigError: it was written by a newer version of Burl.
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    digest, payload = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != digest:
        raise UnusableError("it is damaged")
    try:
        version, state = msgpack.unpackb(payload, raw=False, strict_map_key=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise UnusableError(f"it does not decode: {error}") from error
    if version > STATE_VERSION:
        raise ConfigError(f"{path} has state version {version}, newer than {STATE_VERSION}; upgrade Burl")
    if version < STATE_VERSION:
        raise UnusableError(f"its layout {version} is older than {STATE_VERSION}")
    return dict(state)
