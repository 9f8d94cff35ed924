"""Checkpoints: the whole state of the engine at one moment, atomic, versioned and checked.

A state directory holds `checkpoint-<generation>` and the `journal-<generation>` of what came after it. One
older generation is kept, so that a damaged checkpoint costs nothing: it is set aside as `*.damaged` and both
journals are replayed on the older one.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack

from burl.errors import ConfigError

STATE_VERSION = 1
"""Layout of what rooms put into a checkpoint; a newer one is refused."""
_NAME = re.compile(r"(checkpoint|journal)-(\d{12})")
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a state directory held: the newest good state, and the journals to replay on it, in order."""

    state: dict[str, Any] | None
    journals: list[Path]
    generation: int
    damaged: list[Path]


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
        """Write checkpoint `generation` and remove all but the one before it. Raises OSError."""
        payload = msgpack.packb([STATE_VERSION, state], use_bin_type=True)
        target = self.path / f"checkpoint-{generation:012d}"
        staging = target.with_suffix(".new")
        with os.fdopen(os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(hashlib.sha256(payload).digest())
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        staging.rename(target)
        for path, _, older in self._files():
            if older < generation - 1:
                path.unlink(missing_ok=True)

    def recover(self) -> Recovered:
        """Find the newest good checkpoint; set damaged ones aside.

        Raises:
            ConfigError: the newest was written by a newer version of Burl.
        """
        files = self._files()
        checkpoints = sorted((g, p) for p, kind, g in files if kind == "checkpoint")
        journals = sorted((g, p) for p, kind, g in files if kind == "journal")
        newest = max((g for _, _, g in files), default=0)
        damaged: list[Path] = []
        for generation, path in reversed(checkpoints):
            state = _read(path)
            if state is not None:
                after = [p for g, p in journals if g >= generation]
                return Recovered(state, after, newest, damaged)
            aside = path.with_suffix(".damaged")
            path.rename(aside)
            damaged.append(aside)
        return Recovered(None, [p for _, p in journals], newest, damaged)

    def _files(self) -> list[tuple[Path, str, int]]:
        found = ((path, _NAME.fullmatch(path.name)) for path in self.path.iterdir())
        return [(path, match[1], int(match[2])) for path, match in found if match]


def _read(path: Path) -> dict[str, Any] | None:
    data = path.read_bytes()
    digest, payload = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != digest:
        return None
    version, state = msgpack.unpackb(payload, raw=False, strict_map_key=False)
    if version > STATE_VERSION:
        raise ConfigError(f"{path} has state version {version}, newer than {STATE_VERSION}; upgrade Burl")
    return dict(state)
