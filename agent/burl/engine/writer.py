"""The writer: one thread that stores findings in order, retrying for as long as it takes.

Findings of several requests go out in one write. While the sink fails, `healthy` is False and new requests
are refused before they are scored; what was taken in stays pending and is stored when the sink is back.
"""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from burl.decide import Findings
from burl.errors import SinkError
from burl.write.backoff import full_jitter_seconds
from burl.write.base import Sink

_LOG = logging.getLogger(__name__)
_MAX_DOCUMENTS = 5_000
"""Documents that one write takes at most."""


@dataclass(slots=True)
class Pending:
    """Findings on their way to the store; `stored` is called once they are there.

    `digests` are those of the requests that led to them, judged together; none when time did.
    """

    findings: Findings
    digests: tuple[bytes, ...]
    stored: Callable[[], None]
    since_seconds: float = field(default_factory=time.monotonic)


class Writer:
    """Stores what it is given, in order, in a thread of its own."""

    def __init__(self, sink: Sink, rng: random.Random, stop_seconds: float = 10.0) -> None:
        """Args: `rng` jitters retries; `stop_seconds` bounds how long `stop` waits for what is pending."""
        self._sink, self._rng, self._stop_seconds = sink, rng, stop_seconds
        self._queue: deque[Pending] = deque()
        self._documents = 0
        self._failing = False
        self._stopping = False
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="burl-writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, pending: Pending) -> None:
        """Store `pending` after all that was submitted before it."""
        with self._wake:
            self._queue.append(pending)
            self._documents += len(pending.findings)
            self._wake.notify_all()

    def wait_for_room(self, documents: int) -> None:
        """Wait while more than `documents` are pending; not while the sink is down, nor when stopping."""
        with self._wake:
            self._wake.wait_for(lambda: self._documents <= documents or self._failing or self._stopping)

    @property
    def healthy(self) -> bool:
        """Return False while the sink is known to be down."""
        return not self._failing and self._sink.healthy()

    @property
    def pending_documents(self) -> int:
        """Documents that are not stored yet."""
        return self._documents

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest of them has waited; 0 when nothing does."""
        with self._wake:
            return time.monotonic() - self._queue[0].since_seconds if self._queue else 0.0

    def unconfirmed(self) -> list[Pending]:
        """Return what is not stored yet, in order; the checkpoint carries it."""
        with self._wake:
            return list(self._queue)

    def stop(self) -> bool:
        """Store what is pending if the sink takes it in time; return True when nothing is left."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._thread.join(self._stop_seconds)
        return not self._queue

    def _run(self) -> None:
        attempt = 0
        while True:
            batch = self._next()
            if batch is None:
                return
            try:
                self._sink.write(_merged(batch))
            except SinkError as error:
                # Permanent, too, stays pending: not even a dead letter could be stored; nothing may be lost
                self._failed(str(error), attempt)
                attempt += 1
            except Exception as error:  # a faulty sink must not end the thread
                _LOG.exception("sink %s raised what no sink may raise", self._sink.name)
                self._failed(type(error).__name__, attempt)
                attempt += 1
            else:
                attempt = 0
                self._done(batch)

    def _next(self) -> list[Pending] | None:
        """Wait for work; None when stopping and nothing is left, or the sink is down."""
        with self._wake:
            while not self._queue:
                if self._stopping:
                    return None
                self._wake.wait()
            if self._stopping and self._failing:
                return None
            batch: list[Pending] = []
            documents = 0
            for pending in self._queue:
                documents += len(pending.findings)
                if batch and documents > _MAX_DOCUMENTS:
                    break
                batch.append(pending)
            return batch

    def _failed(self, reason: str, attempt: int) -> None:
        if not self._failing:
            _LOG.warning("sink %s fails, requests are refused until it is back: %s", self._sink.name, reason)
        with self._wake:
            self._failing = True
            self._wake.notify_all()
            if not self._stopping:
                self._wake.wait_for(lambda: self._stopping, full_jitter_seconds(attempt, self._rng))

    def _done(self, batch: list[Pending]) -> None:
        if self._failing:
            _LOG.info("sink %s is back", self._sink.name)
        self._failing = False
        with self._wake:
            for pending in batch:
                self._queue.popleft()
                self._documents -= len(pending.findings)
            self._wake.notify_all()
        for pending in batch:
            pending.stored()


def _merged(batch: list[Pending]) -> Findings:
    """Return one set of findings; of an incident only the newest version counts."""
    merged = Findings()
    for pending in batch:
        merged.extend(pending.findings)
    newest = {incident.id: incident for incident in merged.incidents}
    merged.incidents = list(newest.values())
    return merged
