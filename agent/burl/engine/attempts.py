"""Starts that died while they replayed the journal: whether a request kills them, and which one."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MAX_ATTEMPTS = 5
"""Starts in a row that died: then it was the request that the last of them had at hand."""
_ATTEMPT = re.compile(rb"\.((?:[0-9a-f]{64})*)")


class Attempts:
    """Starts in a row that did not come to their end, kept in a file: of each a dot, and what it noted.

    Attributes:
        careful: whether the requests that were judged together last are to be judged one by one and noted.
        guilty: digests of the requests that are not to be judged any more.
    """

    def __init__(self, path: Path) -> None:
        """Read what the starts before this one left at `path`."""
        self._path = path
        died = _ATTEMPT.findall(path.read_bytes()) if path.exists() else []
        self.careful = len(died) >= _MAX_ATTEMPTS - 1
        self.guilty = {bytes.fromhex(noted[-64:].decode()) for noted in died[_MAX_ATTEMPTS - 1 :] if noted}

    def note(self, digest: bytes) -> None:
        """Remember that this request is at hand now."""
        self._append(digest.hex().encode())

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count a start; forget all when it comes to its end."""
        self._append(b".")
        yield
        self._path.unlink(missing_ok=True)

    def _append(self, data: bytes) -> None:
        with suppress(OSError):
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(fd, "wb") as file:
                file.write(data)
