"""The journal: what the engine was given since the last checkpoint, so that a killed agent continues exactly.

Layout of a file `journal-<generation>`: entries of `<u32 length><u32 crc32><payload>`, little-endian. The
payload is a msgpack array whose first item names the kind of the entry. A tail that was cut off by a crash
ends the journal: what it held was never answered, so its sender sends it again. Entries are appended in the
engine's order, before they are judged: what cannot be appended is refused, and has changed nothing.

Requests are kept as they came, packed: replaying them through the same rooms gives the same findings, and no
column of theirs is serialised on the hot path.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack

_HEADER = struct.Struct("<II")


class Journal:
    """Appends entries to one file. The engine's thread owns it; only `sync` may run beside `append`.

    Attributes:
        dirty: whether something was appended since the last sync.
    """

    def __init__(self, path: Path) -> None:
        """Open `path` for appending, cutting off a damaged tail first. Raises OSError."""
        keep = sum(_HEADER.size + size for size, _ in _entries(path))
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.ftruncate(self._fd, keep)
        self._end = keep
        self.dirty = False

    @property
    def size_bytes(self) -> int:
        """Bytes of whole entries."""
        return self._end

    def append(self, *entry: Any) -> None:
        """Append an entry of msgpack-able values. Raises OSError; the journal then holds no part of it."""
        payload: bytes = msgpack.packb(entry, use_bin_type=True)
        try:
            _write(self._fd, _HEADER.pack(len(payload), zlib.crc32(payload)) + payload, self._end)
        except OSError:
            os.ftruncate(self._fd, self._end)
            raise
        self._end += _HEADER.size + len(payload)
        self.dirty = True

    def sync(self) -> None:
        """Ask the disk to hold what was appended: bounds what a power cut can take."""
        if self.dirty:
            self.dirty = False  # first: an entry may be appended while the disk works
            os.fdatasync(self._fd)

    def close(self) -> None:
        """Sync and close the file."""
        self.sync()
        os.close(self._fd)


def _write(fd: int, data: bytes, position: int) -> None:
    """Write all of `data`. Raises OSError; some of it may be written then."""
    left = memoryview(data)
    while left:
        written = os.pwrite(fd, left, position)
        position, left = position + written, left[written:]


def read_journal(path: Path) -> Iterator[tuple[Any, ...]]:
    """Yield the whole entries of the journal at `path`, in order; nothing when there is none.

    What does not decode ends it, as what is cut off does.
    """
    for _, payload in _entries(path):
        try:
            yield tuple(msgpack.unpackb(payload, raw=False))
        except (ValueError, TypeError, msgpack.UnpackException):
            return


def _entries(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (length, payload) of every entry up to the first damaged one."""
    if not path.exists():
        return
    with path.open("rb") as file:
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            length, checksum = _HEADER.unpack(header)
            payload = file.read(length)
            if len(payload) < length or zlib.crc32(payload) != checksum:
                return
            yield length, payload
