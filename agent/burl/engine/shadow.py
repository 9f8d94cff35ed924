"""The challenger scores what comes, beside the champion, and nobody is alerted.

It has a thread, streams, templates and windows of its own: whatever it does, the champion's answers do not
wait for it. It takes no more than its share of a core; requests that would wait too long pass it by, and are
counted. What it finds is stored apart (docs/annotation.md, Shadow), best effort. When the agent is stopped,
its state goes into a file, from which the next start goes on; after a crash it begins anew.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from burl.bundle import Bundle
from burl.bundle.settings import BundleSettings
from burl.clock import Clock
from burl.engine.pipeline import Pipeline
from burl.engine.shadow_run import ShadowRun, State, beside
from burl.engine.shadow_state import load, save
from burl.errors import BurlError, UserError
from burl.metrics import AnyMetric, Metric
from burl.receive.otlp import Decoder
from burl.write.base import Store

_LOG = logging.getLogger(__name__)
_STORE_SECONDS = 2.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Request:
    raw: bytes
    sender: str
    arrival_ns: int


Waiting = queue.SimpleQueue[_Request | int | None]
"""Requests, times to advance to, and None when it is to look whether it must stop."""


class Shadow:
    """The place of the challenger; empty without one."""

    def __init__(
        self,
        *,
        settings: BundleSettings,
        store: Store,
        clock: Clock,
        agent: str,
        champion: Pipeline,
        make: Callable[[Bundle, State | None], tuple[Pipeline, Decoder]],
        saved: Path,
    ) -> None:
        """Make the place.

        Args:
            settings: how much it may take.
            store: where its findings go, apart from all others.
            clock: paces it.
            agent: this agent's name.
            champion: what it is compared with.
            make: returns rooms of their own for a bundle, which go on from a state; raises BundleError.
            saved: file for its state between two runs of the agent.
        """
        self._settings, self._store, self._clock = settings, store, clock
        self._agent, self._champion, self._make, self._saved = agent, champion, make, saved
        self._queue: Waiting = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._run: ShadowRun | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    async def use(self, bundle: Bundle | None) -> None:
        """Have this bundle score from now on; None: none does.

        Raises:
            UserError: it does not load; none runs then.
        """
        await asyncio.to_thread(self._end)
        if bundle is not None:
            await asyncio.to_thread(self._start, bundle)

    def offer(self, raw: bytes, sender: str, arrival_ns: int) -> None:
        """Let it have a request; returns at once. Called by the engine's thread."""
        run = self._run
        if run is None:
            return
        if self._waiting_bytes + len(raw) > self._settings.shadow_queue_bytes:
            run.passed_requests += 1
            return
        self._count(len(raw))
        self._queue.put(_Request(raw, sender, arrival_ns))

    def advance(self, now_ns: int) -> None:
        """Let the wall clock move its event time. Called by the engine's thread."""
        if self._run is not None:
            self._queue.put(now_ns)

    def stop(self) -> None:
        """End it, for the next start to go on with."""
        run = self._end()
        if run is not None:
            save(self._saved, run)

    def _end(self) -> ShadowRun | None:
        """End it, and return it if it ended in time.

        What waits has passed it by; what was found is stored where the store takes it.
        """
        thread, run = self._thread, self._run
        self._thread = self._run = None
        if thread is None:
            return None
        self._stopping.set()
        self._queue.put(None)
        thread.join(_STOP_SECONDS)
        return None if thread.is_alive() else run

    def metrics(self) -> list[AnyMetric]:
        """Return what is counted, of the challenger that runs now."""
        return [
            Metric("burl_shadow_running", "1 while a challenger scores.", lambda: int(self._run is not None)),
            Metric("burl_shadow_records", "Records that it scored.", lambda: self._of(lambda r: r.records)),
            Metric("burl_shadow_findings", "What it found.", lambda: self._of(lambda r: r.findings)),
            Metric(
                "burl_shadow_cpu_seconds",
                "Processor time that it took.",
                lambda: self._of(lambda r: r.seconds),
            ),
            Metric(
                "burl_shadow_passed_requests",
                "Requests that passed it by: it was too slow for them.",
                lambda: self._of(lambda r: r.passed_requests),
            ),
        ]

    def _start(self, bundle: Bundle) -> None:
        state = load(self._saved, bundle.manifest.version, beside(self._champion))
        try:
            run = self._new(bundle, state)
        except UserError:
            raise
        except Exception:
            if state is None:
                raise
            _LOG.warning("the challenger's state cannot be restored; it begins anew", exc_info=True)
            run = self._new(bundle, None)
        self._queue, self._waiting_bytes, self._stopping = queue.SimpleQueue(), 0, threading.Event()
        self._run = run
        self._thread = threading.Thread(
            target=self._work, args=(run, self._queue, self._stopping), name="burl-shadow", daemon=True
        )
        self._thread.start()

    def _new(self, bundle: Bundle, state: State | None) -> ShadowRun:
        pipeline, decoder = self._make(bundle, state and state["pipeline"])
        return ShadowRun(
            pipeline,
            decoder,
            bundle.manifest.version,
            champion=self._champion,
            agent=self._agent,
            start_ns=self._clock.time_ns(),
            state=state,
        )

    def _work(self, run: ShadowRun, waiting: Waiting, stopping: threading.Event) -> None:
        stored = self._clock.monotonic()
        while not stopping.is_set():
            try:
                item = waiting.get(timeout=_STORE_SECONDS)
            except queue.Empty:
                item = 0
            if isinstance(item, _Request):
                self._count(-len(item.raw))
                seconds = run.take(item.raw, item.sender, item.arrival_ns)
                stopping.wait(seconds * (1 / self._settings.shadow_cpu_share - 1))
            elif item:
                run.advance(item)
            if self._clock.monotonic() - stored >= _STORE_SECONDS:
                self._keep(run)
                stored = self._clock.monotonic()
        run.passed_requests += _requests_in(waiting)
        self._keep(run)

    def _keep(self, run: ShadowRun) -> None:
        documents = run.documents()
        try:
            self._store.put_shadow(documents)
        except BurlError as error:
            _LOG.debug("what the challenger found is stored later: %s", error)
        else:
            run.stored(len(documents) - 1)

    def _count(self, size: int) -> None:
        with self._lock:
            self._waiting_bytes += size

    def _of(self, read: Callable[[ShadowRun], float]) -> float:
        run = self._run
        return read(run) if run is not None else 0


def _requests_in(waiting: Waiting) -> int:
    """Empty the queue; return how many requests were left in it."""
    left = 0
    with suppress(queue.Empty):
        while True:
            left += isinstance(waiting.get_nowait(), _Request)
    return left
