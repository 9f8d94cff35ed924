"""One sink over several: the store decides, the others follow on threads of their own."""

import logging
import queue
import threading
from collections.abc import Sequence

from burl.decide import Findings
from burl.errors import SinkError
from burl.write.base import Sink
from burl.write.counters import WriteCounters

QUEUED_WRITES = 1000
DRAIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Background:
    """Runs a sink behind a bounded queue, so that its slowness and its failures hold no answer up.

    Findings that the sink cannot deliver within its own limit, or that find the queue full, are dropped and
    counted: the store has them.
    """

    def __init__(self, sink: Sink, counters: WriteCounters, capacity: int = QUEUED_WRITES) -> None:
        """Start the thread. Args: `capacity` bounds the writes that wait."""
        self.name = sink.name
        self._sink = sink
        self._counters = counters
        self._queue: queue.Queue[Findings | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._run, name=f"burl-sink-{sink.name}", daemon=True)
        self._thread.start()

    def write(self, findings: Findings) -> None:
        """Queue `findings`; returns at once and never raises."""
        try:
            self._queue.put_nowait(findings)
        except queue.Full:
            self._drop(findings, "its queue is full")

    def healthy(self) -> bool:
        """Return True: nothing depends on this sink."""
        return True

    def close(self) -> None:
        """Deliver what is queued, for `DRAIN_SECONDS` at most, then close the sink."""
        try:
            self._queue.put(None, timeout=DRAIN_SECONDS)
        except queue.Full:
            _log.warning("sink %s: closed with a full queue", self.name)
        self._thread.join(DRAIN_SECONDS)
        self._sink.close()

    def _run(self) -> None:
        while (findings := self._queue.get()) is not None:
            try:
                self._sink.write(findings)
            except SinkError as error:
                self._drop(findings, str(error))

    def _drop(self, findings: Findings, reason: str) -> None:
        count = len(findings.annotations) + len(findings.incidents) + len(findings.dead_letters)
        self._counters.dropped_documents += count
        _log.warning("sink %s: %d documents dropped: %s", self.name, count, reason)


class FanOut:
    """The store first: when it has the findings, they are handed to the others."""

    name = "fanout"

    def __init__(self, store: Sink, others: Sequence[Sink]) -> None:
        """Args: `others` must neither block nor raise (`Background`)."""
        self._store = store
        self._others = others

    def write(self, findings: Findings) -> None:
        """Store, then hand on. Raises what the store raises."""
        self._store.write(findings)
        for sink in self._others:
            sink.write(findings)

    def healthy(self) -> bool:
        """Return what the store says."""
        return self._store.healthy()

    def close(self) -> None:
        """Close all."""
        for sink in (*self._others, self._store):
            sink.close()
