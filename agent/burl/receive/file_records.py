"""Lines of one file -> records: CRI container logs, plain text, labelled JSON lines."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from burl.errors import InputError
from burl.receive.line_time import NANOSECONDS, head_ns, rfc3339_ns
from burl.receive.raw_lines import RawLine, raw_lines

_FDS = {b"stdout", b"stderr"}
_CRI_PARTS = 4
_LATEST_SECONDS = 2**63 / NANOSECONDS
"""Times beyond this do not fit into 64 bits of nanoseconds: they are none."""


class FileRecord(NamedTuple):
    """A record of a file.

    Attributes:
        time_ns: what it says, None for nothing.
        said: the same as it was written.
        body: its text, as bytes.
        line: number of its first line, 1-based.
        offset: where that starts, in bytes of the unpacked file.
        attributes: what else is known about it.
    """

    time_ns: int | None
    said: str
    body: bytes
    line: int
    offset: int
    attributes: Mapping[str, Any]


Reader = Callable[[io.BufferedReader, int], Iterator[FileRecord]]
"""Reads an open file whose records have at most so many bytes."""


def is_cri(line: bytes) -> bool:
    """Return True for `<RFC3339Nano> stdout|stderr F|P <text>` (kubelet's CRI logging format)."""
    parts = line.split(b" ", _CRI_PARTS - 1)
    return len(parts) >= _CRI_PARTS - 1 and parts[1] in _FDS and rfc3339_ns(_ascii(parts[0])) is not None


def read_cri(file: io.BufferedReader, record_max_bytes: int) -> Iterator[FileRecord]:
    """Read a container's log, partial lines joined; place and time are those of the first part.

    A line of another form is a record without time.
    """
    partial: dict[bytes, list[RawLine]] = {}
    for line in raw_lines(file, record_max_bytes):
        parts = line.content.split(b" ", _CRI_PARTS - 1)
        if len(parts) < _CRI_PARTS - 1 or parts[1] not in _FDS:
            yield FileRecord(None, "", line.content, line.number, line.offset, {})
            continue
        if parts[2] == b"F" and not partial:
            yield _joined([line])
            continue
        held = partial.setdefault(parts[1], [])
        if sum(len(part.content) for part in held) <= record_max_bytes:
            held.append(line)
        if not parts[2].startswith(b"P"):
            yield _joined(partial.pop(parts[1]))
    yield from map(_joined, partial.values())


def _joined(lines: list[RawLine]) -> FileRecord:
    first = lines[0]
    time, fd, *_ = first.content.split(b" ", 2)
    body = b"".join(b"".join(line.content.split(b" ", _CRI_PARTS - 1)[3:]) for line in lines)
    said = _ascii(time)
    return FileRecord(rfc3339_ns(said), said, body, first.number, first.offset, {"log.iostream": _ascii(fd)})


def read_text(file: io.BufferedReader, record_max_bytes: int) -> Iterator[FileRecord]:
    """Read plain text: a line is a record, its time is what stands at its head."""
    for line in raw_lines(file, record_max_bytes):
        time_ns = head_ns(line.content[:200].decode("utf-8", "replace"))
        said = "" if time_ns is None else str(time_ns)
        yield FileRecord(time_ns, said, line.content, line.number, line.offset, {})


def read_jsonl(file: io.BufferedReader, record_max_bytes: int) -> Iterator[FileRecord]:
    """Read labelled lines: `msg`, `ts` (seconds or RFC 3339), `stream`; the rest become attributes.

    Raises:
        InputError: a line is no JSON object with `msg`.
    """
    for line in raw_lines(file, record_max_bytes):
        try:
            fields = orjson.loads(line.content)
            body = fields.pop("msg").encode()
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            raise InputError(f"line {line.number} is no JSON object with a text `msg`") from error
        said = fields.pop("ts", None)
        time_ns = _time_of(said)
        yield FileRecord(time_ns, str(said or ""), body, line.number, line.offset, fields)


def _time_of(said: Any) -> int | None:
    if isinstance(said, int | float):
        return round(said * NANOSECONDS) if abs(said) < _LATEST_SECONDS else None
    return rfc3339_ns(said) if isinstance(said, str) else None


def _ascii(raw: bytes) -> str:
    return raw.decode("ascii", "replace")


def first_line(lines: Iterable[bytes]) -> bytes:
    """Return the first line that is not blank, or nothing."""
    return next((line.strip() for line in lines if line.strip()), b"")
