"""When to append, sync and checkpoint: the state directory as the engine uses it.

The engine's thread only appends, and packs the state; what waits for the disk (fsync, writing a checkpoint)
is done by one thread beside it, so that a slow disk holds no request up.
"""

import logging
import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from burl.clock import Clock
from burl.engine.attempts import Attempts
from burl.engine.checkpoint import Recovered, StateDirectory, pack
from burl.engine.journal import Journal
from burl.engine.settings import StateSettings

_LOG = logging.getLogger(__name__)
_COST_FACTOR = 20
"""A checkpoint comes at the earliest after this many times what it held the engine up: 5 % of its time."""


ADVANCE = "advance"
"""The kind of entry that lets time pass: a few are worth no checkpoint, as replaying them is cheap."""
_ADVANCES_BYTES = 16 * 1024
"""A journal of so much is worth one, whatever it holds."""


class Storage:
    """Journal and checkpoints of one agent; owned by the engine's thread.

    Attributes:
        recovered: what to continue from.
        promised: what the newest checkpoint held of requests answered and findings not yet stored; it counts
            even when that checkpoint's rooms could not be restored.
        checkpoint_seconds: how long the last checkpoint held the engine's thread up.
        failures: checkpoints and syncs that failed since the start.
    """

    def __init__(self, settings: StateSettings, clock: Clock) -> None:
        """Open the state directory and find what to continue from.

        Raises:
            ConfigError: the directory cannot be used, or is of a newer version.
        """
        self._settings, self._clock = settings, clock
        self._directory = StateDirectory(settings.directory)
        self.recovered: Recovered = self._directory.recover()
        self._say_what_is_aside()
        self.promised = _promised(self.recovered.state)
        self._generation = self.recovered.generation
        self._journal: Journal | None = None
        self._synced = self._saved = clock.monotonic()
        self._unsaved = False
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="burl-disk")
        self._working: Future[None] | None = None
        self.checkpoint_seconds = 0.0
        self.failures = 0

    def set_aside(self, reason: str) -> None:
        """Give up the checkpoint that `recovered` came from, for the one before it, or for none."""
        newest = self.recovered
        if newest.checkpoint is not None:
            aside = self._directory.set_aside(newest.checkpoint, reason)
            found = self._directory.recover()
            self.recovered = Recovered(
                found.state, found.journals, found.generation, [aside, *found.aside], found.checkpoint
            )
            self._say_what_is_aside()

    def attempts(self) -> Attempts:
        """Return what is known of starts that died while they recovered."""
        return Attempts(self._directory.path / "attempts")

    def open(self, state: Callable[[], dict[str, Any]]) -> None:
        """Checkpoint what was recovered and start its journal. Raises OSError."""
        self._rotate(state)()

    def append(self, *entry: Any) -> None:
        """Append an entry to the journal, see there. Raises OSError; the journal then holds no part of it."""
        if self._journal is None:
            raise OSError("the state directory is not open")
        self._journal.append(*entry)
        if entry[0] != ADVANCE or self._journal.size_bytes >= _ADVANCES_BYTES:
            self._unsaved = True

    def maintain(self, state: Callable[[], dict[str, Any]]) -> None:
        """Sync the journal and checkpoint, where it is time to. Raises OSError."""
        if self._working is not None and not self._settle(self._working):
            return
        if self._journal is None:
            self.open(state)
            return
        now, journal = self._clock.monotonic(), self._journal
        pause = max(self._settings.checkpoint_seconds, _COST_FACTOR * self.checkpoint_seconds)
        due = now - self._saved >= pause and self._unsaved
        if due or journal.size_bytes >= self._settings.checkpoint_bytes:
            self._working = self._disk.submit(self._rotate(state))
        elif journal.dirty and now - self._synced >= self._settings.sync_seconds:
            self._synced = now
            self._working = self._disk.submit(journal.sync)

    def hasten(self) -> None:
        """Checkpoint at the next `maintain`: what the journal holds would not be replayed as it was."""
        self._saved, self._unsaved = -math.inf, True

    @property
    def settled(self) -> bool:
        """True when there is nothing to sync, to save or to wait for."""
        dirty = self._journal is None or self._journal.dirty or self._unsaved
        return not dirty and self._working is None

    def close(self, state: Callable[[], dict[str, Any]] | None) -> None:
        """Checkpoint for the last time, unless `state` is None, and close the journal. Raises OSError."""
        self._disk.shutdown(wait=True)
        try:
            if state is not None:
                self._rotate(state)()
        finally:
            if self._journal is not None:
                self._journal.close()

    def _settle(self, working: "Future[None]") -> bool:
        """Return False while the disk is busy; note what became of its last work."""
        if not working.done():
            return False
        self._working = None
        error = working.exception()
        if error is not None:
            self.failures += 1
            self._unsaved = True
            _LOG.warning("state directory %s: %s; it is tried again", self._directory.path, error)
        return True

    def _rotate(self, state: Callable[[], dict[str, Any]]) -> Callable[[], None]:
        """Start the journal of the next generation; return what writes the checkpoint that it goes on from.

        Until that is written, recovery replays both journals on the checkpoint before.
        """
        self._saved = self._clock.monotonic()
        payload = pack(state())
        before, generation = self._journal, self._generation + 1
        self._journal = Journal(self._directory.journal_path(generation))
        self._generation, self._unsaved = generation, False
        self.checkpoint_seconds = self._clock.monotonic() - self._saved

        def write() -> None:
            if before is not None:
                before.close()
            self._directory.write(generation, payload)

        return write

    def _say_what_is_aside(self) -> None:
        for aside in self.recovered.aside:
            _LOG.warning("checkpoint set aside as %s: %s", aside.path, aside.reason)


def _promised(state: dict[str, Any] | None) -> dict[str, Any]:
    return {name: state[name] for name in ("resends", "pending")} if state else {"resends": [], "pending": []}
