"""The engine: one thread that owns all state, and the promise that OK means stored (design.md, decision 2).

A request is judged, journaled, and answered once the store has what it led to. While the store is down, too
much is pending or the agent stops, it is refused before it is judged.
"""

import asyncio
import hashlib
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from burl.clock import Clock
from burl.decide import Findings
from burl.engine.dead_letters import unusable
from burl.engine.journal import read_journal
from burl.engine.pipeline import Pipeline
from burl.engine.resends import Resends
from burl.engine.settings import EngineSettings
from burl.engine.storage import Storage
from burl.engine.writer import Pending, Writer
from burl.errors import Refused, Undecodable
from burl.receive.otlp import Decoder

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 0.25


class Answer(Protocol):
    """What waits for a request: called once, from any thread, with None or the error to answer with."""

    def __call__(self, error: Exception | None) -> None:
        """Answer the request."""
        ...


@dataclass(slots=True)
class _Request:
    raw: bytes
    sender: str
    arrival_ns: int
    answer: Answer


class Engine:
    """Judges requests in the order they came; owns pipeline, journal and checkpoints."""

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        decoder: Decoder,
        storage: Storage,
        writer: Writer,
        clock: Clock,
        settings: EngineSettings,
    ) -> None:
        """Wire the engine; `recover` and `start` bring it to life."""
        self._pipeline, self._decoder, self._storage = pipeline, decoder, storage
        self._writer, self._clock, self._settings = writer, clock, settings
        self._resends = Resends(settings.resend_memory_requests, settings.resend_memory_seconds)
        self._waiting: dict[bytes, list[Answer]] = {}
        self._waiting_lock = threading.Lock()
        self._unjournaled: list[tuple[Any, ...]] = []
        self._queue: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="burl-engine", daemon=True)
        self._stopping = False
        self._quiet_since = clock.monotonic()

    # --- the side of the asyncio loop -------------------------------------------------------------------

    async def ingest(self, raw: bytes, sender: str, arrival_ns: int) -> int:
        """Take in one Export request; returns 0 once everything that it led to is stored.

        Raises:
            Refused: try again later.
            Undecodable: it is no OTLP request; its bytes are in the dead letters.
        """
        self._refuse_when_full()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def answer(error: Exception | None) -> None:
            loop.call_soon_threadsafe(_resolve, future, error)

        self._queue.put(_Request(raw, sender, arrival_ns, answer))
        await future
        return 0

    def _refuse_when_full(self) -> None:
        if self._stopping:
            raise Refused("stopping")
        if not self._writer.healthy:
            raise Refused("store_down")
        if self._writer.pending_documents > self._settings.pending_max_documents:
            raise Refused("too_much_pending")

    # --- life -------------------------------------------------------------------------------------------

    def recover(self) -> int:
        """Continue where the last process stopped; return how many journaled requests were replayed."""
        recovered = self._storage.recovered
        if recovered.state is not None:
            self._resends.restore(recovered.state["resends"])
            for digest, findings in recovered.state["pending"]:
                self._submit(Findings.from_state(findings), digest, None, None)
        replayed = 0
        for path in recovered.journals:
            for entry in read_journal(path):
                self._replay(entry)
                replayed += 1
        self._storage.open(self._state)
        return replayed

    def start(self) -> None:
        """Start the engine's thread."""
        self._thread.start()

    def refuse(self) -> None:
        """Refuse what comes from now on."""
        self._stopping = True

    def stop(self) -> None:
        """Refuse what comes, finish what was taken in, checkpoint. Blocks until done."""
        self._stopping = True
        self._queue.put(None)
        self._thread.join()
        self._writer.stop()
        self._storage.close(self._state)

    # --- the engine's thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                request = self._queue.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                self._guarded(self._tick)
                continue
            if request is None:
                return
            try:
                self._take(request)
            except Exception as error:  # noqa: BLE001 - one request must not end the thread that serves all
                _LOG.exception("the engine failed on a request; its sender is asked to send it again")
                request.answer(Refused(f"engine_{type(error).__name__}"))
            self._guarded(self._storage.maintain, self._state)

    def _guarded(self, step: Callable[..., None], *arguments: Any) -> None:
        try:
            step(*arguments)
        except Exception:  # noqa: BLE001 - the engine's thread goes on, whatever a step of upkeep raises
            _LOG.exception("a maintenance step of the engine failed; it is tried again")

    def _take(self, request: _Request) -> None:
        digest = hashlib.sha256(request.raw).digest()
        self._flush_unjournaled()
        if digest in self._resends:
            self._wait_for(digest, request.answer)
            return
        self._quiet_since = self._clock.monotonic()
        findings, error = self._judge(request.raw, request.sender, request.arrival_ns)
        self._resends.add(digest, request.arrival_ns)
        entry = ("request", digest, request.sender, request.arrival_ns, request.raw)
        try:
            self._journal(*entry)
        except Refused as refused:
            # Judged already, so what it led to is written; its sender comes again and then waits for that.
            self._submit(findings, digest, refused, request.answer)
        else:
            self._submit(findings, digest, error, request.answer)

    def _judge(self, raw: bytes, sender: str, arrival_ns: int) -> tuple[Findings, Exception | None]:
        findings = Findings()
        try:
            for batch in self._decoder.decode(raw, sender, arrival_ns):
                findings.extend(self._pipeline.process(batch))
        except Undecodable as error:
            findings.dead_letters += unusable(raw, arrival_ns, "receive", error)
            return findings, error
        except Exception as error:  # noqa: BLE001 - else its sender would send this poison for ever
            _LOG.exception("a request made a room fail; its bytes go to the dead letters")
            findings.dead_letters += unusable(raw, arrival_ns, "parse", error)
        return findings, None

    def _wait_for(self, digest: bytes, answer: Answer) -> None:
        """Answer a resend once the write of its first coming is done."""
        with self._waiting_lock:
            waiting = self._waiting.get(digest)
            if waiting is not None:
                waiting.append(answer)
                return
        answer(None)

    def _submit(
        self, findings: Findings, digest: bytes | None, error: Exception | None, answer: Answer | None
    ) -> None:
        """Send `findings` to the store; `answer` is called with `error` once they are stored."""
        if not findings:
            if answer is not None:
                answer(error)
            return
        if digest is not None:
            with self._waiting_lock:
                self._waiting[digest] = [lambda _: answer(error)] if answer is not None else []

        def stored() -> None:
            with self._waiting_lock:
                answers = self._waiting.pop(digest, []) if digest is not None else []
            for waiting in answers:
                waiting(None)

        self._writer.submit(Pending(findings, digest, stored))

    def _tick(self) -> None:
        """Between requests: let idle time pass, sync the journal, checkpoint when it is due."""
        self._flush_unjournaled()
        now = self._clock.monotonic()
        if not self._writer.healthy:
            self._quiet_since = now  # senders that are refused are not silent
        elif now - self._quiet_since >= self._settings.idle_seconds:
            self._quiet_since = now
            self._advance(self._clock.time_ns())
        self._storage.maintain(self._state)

    def _advance(self, now_ns: int) -> None:
        findings = self._pipeline.advance(now_ns)
        self._submit(findings, None, None, None)
        self._journal("advance", now_ns)

    def _journal(self, *entry: Any) -> None:
        """Append to the journal; what cannot be appended is kept and nothing more is taken until it is."""
        self._unjournaled.append(entry)
        self._flush_unjournaled()

    def _flush_unjournaled(self) -> None:
        while self._unjournaled:
            try:
                self._storage.append(*self._unjournaled[0])
            except OSError as error:
                raise Refused("journal") from error
            del self._unjournaled[0]

    def _replay(self, entry: tuple[Any, ...]) -> None:
        if entry[0] == "advance":
            self._submit(self._pipeline.advance(entry[1]), None, None, None)
            return
        _, digest, sender, arrival_ns, raw = entry
        findings, _ = self._judge(raw, sender, arrival_ns)
        self._resends.add(digest, arrival_ns)
        self._submit(findings, digest, None, None)

    def _state(self) -> dict[str, Any]:
        return {
            "pipeline": self._pipeline.state(),
            "resends": self._resends.state(),
            "pending": [[p.digest, p.findings.state()] for p in self._writer.unconfirmed()],
        }


def _resolve(future: asyncio.Future[None], error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
