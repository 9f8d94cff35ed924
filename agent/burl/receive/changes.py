"""Files that are read again when they change: certificates and tokens are renewed while we run."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from burl.errors import ConfigError

Value = TypeVar("Value")
_Stamp = tuple[tuple[int, int, int], ...]
_LOG = logging.getLogger(__name__)


class Watched(Generic[Value]):
    """What files hold, read again once one of them is another. Any thread may ask."""

    def __init__(self, paths: list[Path], read: Callable[[list[Path]], Value]) -> None:
        """Read now. Raises ConfigError as `read` does."""
        self._paths, self._read = paths, read
        self._stamp = self._look()
        self._value = read(paths)

    def value(self) -> Value:
        """Return what the files hold; what they held before, while they cannot be read."""
        stamp = self._look()
        if stamp != self._stamp:
            # noted first, so that files that cannot be used are complained about once
            self._stamp = stamp
            try:
                self._value = self._read(self._paths)
                _LOG.info("%s changed and is used from now on", self._paths[0])
            except ConfigError as error:
                _LOG.error("what was read before stays in use: %s", error)
        return self._value

    def _look(self) -> _Stamp:
        try:
            stats = [path.stat() for path in self._paths]
        except OSError:
            return ()
        return tuple((stat.st_mtime_ns, stat.st_ino, stat.st_size) for stat in stats)
