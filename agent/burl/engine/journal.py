"""The journal: what the engine was given since the last checkpoint, so that a killed agent continues exactly.

Layout of a file `journal-<generation>`: entries of `<u32 length><u32 crc32><payload>`, little-endian. The
payload is a msgpack array whose first item names the kind of the entry. A tail that was cut off by a crash
ends the journal: what it held was never answered, so its sender sends it again. Entries are appended in the
engine's order, before they are judged: what cannot be appended is refused, and has changed nothing.

Requests are kept raw: replaying them through the same rooms gives the same findings, and nothing is
serialised on the hot path.
"""

import os
import struct
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgpack

_HEADER = struct.Struct("<II")
_BLOB, _BIN_32 = struct.Struct(">BI"), 0xC6
"""What msgpack has before a value of bytes: its kind and its length."""
_MAX_PARTS = 512
"""Stretches that one write takes; the system takes 1,024."""


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

    def append(self, *entry: Any, blob: Sequence[bytes] = ()) -> None:
        """Append an entry of msgpack-able values. Raises OSError; the journal then holds no part of it.

        Pieces of `blob` make up one more value, the last; they are not copied, which would take three times
        as long as writing them.
        """
        parts = [_packed(entry, blob), *blob]
        size, checksum = sum(map(len, parts)), 0
        for part in parts:
            checksum = zlib.crc32(part, checksum)
        try:
            _write(self._fd, [_HEADER.pack(size, checksum), *parts], self._end)
        except OSError:
            os.ftruncate(self._fd, self._end)
            raise
        self._end += _HEADER.size + size
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


def _packed(entry: tuple[Any, ...], blob: Sequence[bytes]) -> bytes:
    """Return an entry's values, and what stands before those of its blob."""
    if not blob:
        return bytes(msgpack.packb(entry, use_bin_type=True))
    packer = msgpack.Packer(use_bin_type=True, autoreset=False)
    packer.pack_array_header(len(entry) + 1)
    for value in entry:
        packer.pack(value)
    return bytes(packer.bytes()) + _BLOB.pack(_BIN_32, sum(map(len, blob)))


def _write(fd: int, parts: Iterable[bytes], position: int) -> None:
    """Write all of `parts`. Raises OSError; some of it may be written then."""
    left = deque(memoryview(part) for part in parts if part)
    while left:
        written = os.pwritev(fd, list(islice(left, _MAX_PARTS)), position)
        position += written
        while left and written >= len(left[0]):
            written -= len(left.popleft())
        if written:
            left[0] = left[0][written:]


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
