"""Lines of files: unpacked, with their place, of bounded length."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from burl.errors import InputError

STDIN = Path("-")
_GZIP_MAGIC = b"\x1f\x8b"
_OTHER_MAGIC = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
    b"BZh91AY&SY": "bzip2",
    b"PK\x03\x04": "zip",
}
_MAGIC_BYTES = max(map(len, _OTHER_MAGIC))
_CRI_HEAD_BYTES = 256
"""Room for what containerd writes before a line."""


class RawLine(NamedTuple):
    """A line without its end.

    Attributes:
        number: 1-based.
        offset: where it starts, in bytes of the unpacked file.
        content: at most the limit that was asked for.
    """

    number: int
    offset: int
    content: bytes


def file_name(path: Path) -> str:
    """Return the name that records of `path` are known by."""
    return "stdin" if path == STDIN else path.name


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file, or stdin for `-`, unpacking gzip.

    Raises:
        InputError: it cannot be read; one raised in the body is given the path's name.
    """
    try:
        with _binary(path) as file:
            yield _unpacked(file, packed=path.suffix == ".gz")
    except (OSError, EOFError, zlib.error, InputError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {path}: {reason}") from error


def _unpacked(file: BinaryIO, *, packed: bool) -> io.BufferedReader:
    """Unpack by content; `packed`: the name promises gzip. Raises InputError where it is not."""
    buffered: io.BufferedReader = io.BufferedReader(cast("io.RawIOBase", file))
    head = buffered.peek(_MAGIC_BYTES)
    if head.startswith(_GZIP_MAGIC):
        return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=buffered)))
    for magic, name in _OTHER_MAGIC.items():
        if head.startswith(magic):
            raise InputError(f"it is packed by {name}: unpack it first (gzip alone is unpacked here)")
    if packed and head:
        raise InputError("its name ends in .gz, but it is not gzip: unpack or rename it")
    return buffered


def _binary(path: Path) -> BinaryIO:
    return sys.stdin.buffer if path == STDIN else path.open("rb")


def raw_lines(file: io.BufferedReader, record_max_bytes: int) -> Iterator[RawLine]:
    """Yield the lines of `file`; of longer ones only what it takes to see that they are too long."""
    limit = record_max_bytes + _CRI_HEAD_BYTES
    number = offset = 0
    while line := file.readline(limit):
        number += 1
        start, offset = offset, offset + len(line)
        if len(line) == limit and not line.endswith(b"\n"):
            offset += _skip_rest(file, limit)
        yield RawLine(number, start, line.rstrip(b"\r\n"))


def _skip_rest(file: io.BufferedReader, limit: int) -> int:
    skipped = 0
    while rest := file.readline(limit):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped
