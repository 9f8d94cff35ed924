"""When to append, sync and checkpoint: the state directory as the engine uses it."""

import logging
from collections.abc import Callable
from typing import Any

from burl.clock import Clock
from burl.engine.checkpoint import Recovered, StateDirectory
from burl.engine.journal import Journal
from burl.engine.settings import StateSettings

_LOG = logging.getLogger(__name__)


class Storage:
    """Journal and checkpoints of one agent; owned by the engine's thread."""

    def __init__(self, settings: StateSettings, clock: Clock) -> None:
        """Open the state directory and find what to continue from.

        Raises:
            ConfigError: the directory cannot be used, or is of a newer version.
        """
        self._settings, self._clock = settings, clock
        self._directory = StateDirectory(settings.directory)
        self.recovered: Recovered = self._directory.recover()
        for path in self.recovered.damaged:
            _LOG.warning("checkpoint %s was damaged and is set aside; continuing from the one before", path)
        self._generation = self.recovered.generation
        self._journal: Journal | None = None
        self._synced = self._saved = clock.monotonic()

    def open(self, state: Callable[[], dict[str, Any]]) -> None:
        """Checkpoint what was recovered and start its journal. Raises OSError."""
        self._checkpoint(state)

    def append(self, *entry: Any) -> None:
        """Append an entry to the journal. Raises OSError."""
        self._opened().append(*entry)

    def maintain(self, state: Callable[[], dict[str, Any]]) -> None:
        """Sync the journal and checkpoint, where it is time to. Raises OSError."""
        now = self._clock.monotonic()
        journal = self._opened()
        if now - self._synced >= self._settings.sync_seconds:
            self._synced = now
            journal.sync()
        due = now - self._saved >= self._settings.checkpoint_seconds and journal.size_bytes > 0
        if due or journal.size_bytes >= self._settings.checkpoint_bytes:
            self._checkpoint(state)

    def close(self, state: Callable[[], dict[str, Any]]) -> None:
        """Checkpoint for the last time and close the journal. Raises OSError."""
        self._checkpoint(state)
        self._opened().close()

    def _opened(self) -> Journal:
        if self._journal is None:
            raise OSError("the state directory is not open")
        return self._journal

    def _checkpoint(self, state: Callable[[], dict[str, Any]]) -> None:
        self._saved = self._clock.monotonic()
        following = Journal(self._directory.journal_path(self._generation + 1))
        try:
            self._directory.save(self._generation + 1, state())
        except OSError:
            following.close()
            raise
        if self._journal is not None:
            self._journal.close()
        self._journal = following
        self._generation += 1
