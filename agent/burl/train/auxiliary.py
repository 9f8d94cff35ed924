"""Lines of other systems, as `logsy` learns what is not normal from them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from burl.errors import InputError
from burl.parse.lines import LineReader
from burl.parse.settings import ParseSettings
from burl.receive.raw_lines import opened

_MAX_LINES = 1_000_000
"""More lines of a file are not read: their kinds are few."""
_MAX_CHARACTERS = 4_096


def masked_lines(paths: Sequence[Path], settings: ParseSettings) -> tuple[str, ...]:
    """Return the distinct masked lines of text files, plain or gzipped; folders stand for all files in them.

    Raises:
        InputError: a file cannot be read, or nothing is in them.
    """
    reader = LineReader(settings)
    lines = {reader.masked(reader.head(line)) for path in _files(paths) for line in _lines(path)}
    if paths and not lines - {""}:
        raise InputError("the auxiliary files hold no lines")
    return tuple(sorted(lines - {""}))


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)


def _lines(path: Path) -> Iterable[str]:
    with opened(path) as file:
        for _ in range(_MAX_LINES):
            line = file.readline(_MAX_CHARACTERS)
            if not line:
                return
            yield line.decode("utf-8", "replace").rstrip("\r\n")
