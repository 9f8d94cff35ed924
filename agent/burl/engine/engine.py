"""The engine: one thread that owns all state, and the promise that OK means stored (design.md, decision 2).

A request is judged, journaled, and answered once the store has what it led to. While the store is down, too
much is pending or the agent stops, it is refused before it is judged.
"""

import asyncio
import hashlib
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from burl.bundle import Bundle
from burl.clock import Clock
from burl.decide import Findings
from burl.engine.answers import Answer, Answers
from burl.engine.backlog import Backlog
from burl.engine.dead_letters import unusable
from burl.engine.journal import read_journal
from burl.engine.judge import Judge
from burl.engine.memory import give_back
from burl.engine.pipeline import Pipeline
from burl.engine.resends import Resends
from burl.engine.settings import EngineSettings
from burl.engine.shadow import Shadow
from burl.engine.storage import Storage
from burl.engine.writer import Pending, Writer
from burl.errors import BurlError, Refused
from burl.receive.otlp import Decoder

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 0.25
_BURST_SECONDS = 2.0
"""After so long without a request, what a burst took is given back."""


class ReplayError(BurlError):
    """A request ended the process each time it was replayed."""


@dataclass(slots=True)
class _Request:
    """`raw` is None once nobody waits for it any more: then it is not judged, and holds no memory."""

    raw: bytes | None
    sender: str
    size_bytes: int
    arrival_ns: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class _Turn:
    """A step that must come between two requests."""

    step: Callable[[], None]
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
        shadow: Shadow | None = None,
    ) -> None:
        """Wire the engine; `recover` and `start` bring it to life. `shadow` is given what is new."""
        self._shadow = shadow
        self._pipeline, self._storage = pipeline, storage
        self._writer, self._clock, self._settings = writer, clock, settings
        self._judge = Judge(decoder, pipeline)
        self._resends = Resends(settings.resend_memory_requests, settings.resend_memory_seconds)
        self._answers = Answers()
        self._backlog = Backlog(clock, settings.max_wait_seconds)
        self._queue: queue.SimpleQueue[_Request | _Turn | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="burl-engine", daemon=True)
        self._stopping = False
        self._quiet_since = clock.monotonic()
        self._hoards = False
        self._unwell = ""

    # --- the side of the asyncio loop -------------------------------------------------------------------

    async def ingest(self, raw: bytes, sender: str, arrival_ns: int) -> int:
        """Take in one Export request; returns 0 once everything that it led to is stored.

        Raises:
            Refused: try again later.
            Undecodable: it is no OTLP request; its bytes are in the dead letters.
        """
        if reason := self.refusal():
            raise Refused(reason)
        future, answer = _promise()
        request = _Request(raw, sender, len(raw), arrival_ns, answer)
        self._backlog.add(request.size_bytes)
        self._queue.put(request)
        try:
            await future
        except asyncio.CancelledError:  # its client gave up: the bytes count no more, and must be gone
            request.raw = None
            raise
        return 0

    async def suppress(self, suppressions: list[dict[str, Any]]) -> None:
        """Hide what these suppressions match, and nothing else, from now on; a replay does it at this place.

        Raises:
            Refused: the journal cannot be written.
        """

        def step() -> None:
            self._journal("suppressions", suppressions)
            self._pipeline.suppressor.use(suppressions)

        await self._between_requests(step)

    async def adopt(self, bundle: Bundle) -> None:
        """Go on with another bundle.

        Raises:
            BundleError: it does not load; the present one stays.
        """

        def step() -> None:
            self._pipeline.adopt(bundle)
            self._storage.hasten()

        await self._between_requests(step)

    async def _between_requests(self, step: Callable[[], None]) -> None:
        future, answer = _promise()
        self._queue.put(_Turn(step, answer))
        await future

    def refusal(self) -> str:
        """Return why a request that came now would be refused; nothing when it would be taken."""
        if self._stopping:
            return "stopping"
        if not self._writer.healthy:
            return "store_down"
        if self._backlog.is_long:
            return "behind"
        full = self._writer.pending_documents > self._settings.pending_max_documents
        return "too_much_pending" if full else ""

    @property
    def alive(self) -> bool:
        """True while the engine's thread runs."""
        return self._thread.is_alive()

    # --- life -------------------------------------------------------------------------------------------

    def recover(self) -> int:
        """Continue where the last process stopped; return how many journaled requests were replayed."""
        self._resends.restore(self._storage.promised["resends"])
        for digest, findings in self._storage.promised["pending"]:
            self._submit(Findings.from_state(findings), digest)
        entries = [path for path in self._storage.recovered.journals if path.exists()]
        replayed = 0
        with self._storage.attempt() as failed_before:
            for entry, is_last in _with_last(entry for path in entries for entry in read_journal(path)):
                self._replay(entry, poisonous=is_last and failed_before)
                replayed += 1
            self._guarded(self._storage.open, self._state)
        return replayed

    def start(self) -> None:
        """Start the engine's thread."""
        self._thread.start()

    def refuse(self) -> None:
        """Refuse what comes from now on, and what waits to be judged."""
        self._stopping = True

    def stop(self) -> None:
        """Refuse what comes, finish the request at hand, store what is pending, checkpoint.

        Each step has a deadline. A request that is not judged within `stop_seconds` is left to the journal:
        then no checkpoint is taken, and the next start replays it.
        """
        self._stopping = True
        self._queue.put(None)
        self._thread.join(self._settings.stop_seconds)
        finished = not self._thread.is_alive()
        if not finished:
            _LOG.warning("a request was not judged in time; the next start replays it from the journal")
        if not self._writer.stop():
            _LOG.warning(
                "%d findings are not stored; the next start sends them", self._writer.pending_documents
            )
        self._storage.close(self._state if finished else None)

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
                if isinstance(request, _Turn):
                    _take_turn(request)
                else:
                    with self._backlog.work(request.size_bytes):
                        self._take(request)
            except Refused as refused:
                request.answer(refused)
            except Exception as error:  # one request must not end the thread that serves all
                _LOG.exception("the engine failed on a request; its sender is asked to send it again")
                request.answer(Refused(f"engine_{type(error).__name__}"))
            self._guarded(self._storage.maintain, self._state)
            del request  # its bytes are not to be kept until another one comes

    def _guarded(self, step: Callable[..., None], *arguments: Any) -> None:
        """Run a step of upkeep; what fails is said once for as long as it goes on."""
        try:
            step(*arguments)
        except Exception as error:  # the engine's thread goes on, whatever upkeep raises
            if self._unwell != repr(error):
                _LOG.exception("a step of the engine's upkeep failed; it is tried again")
            self._unwell = repr(error)
        else:
            self._unwell = ""

    def _take(self, request: _Request) -> None:
        raw = request.raw
        if raw is None:
            return
        if self._stopping:
            raise Refused("stopping")
        digest = hashlib.sha256(raw).digest()
        if digest in self._resends:
            self._answers.wait(digest, request.answer)
            return
        self._quiet_since = self._clock.monotonic()
        self._hoards = True
        try:
            begun = self._judge.begin(raw, request.sender, request.arrival_ns)
        except MemoryError as full:
            raise Refused("memory") from full
        self._journal("redacted", digest, request.sender, request.arrival_ns, begun.kept)
        self._answers.begin(digest, request.answer, begun.error)
        if self._shadow and begun.error is None:
            self._shadow.offer(begun.kept, request.sender, request.arrival_ns)
        self._store(begun.slices, digest, request.arrival_ns)

    def _store(self, slices: Iterator[Findings], digest: bytes, arrival_ns: int) -> None:
        """Judge a request that has been journaled and hand over what it leads to; never raises."""
        self._resends.add(digest, arrival_ns)
        for findings in slices:
            self._submit(findings, digest)
            self._writer.wait_for_room(self._settings.pending_max_documents)
        self._answers.end(digest)

    def _submit(self, findings: Findings, digest: bytes | None) -> None:
        """Send `findings` to the store; with a `digest`, that request is answered once they are there."""
        if findings:
            stored = _nobody_waits if digest is None else self._answers.part(digest)
            self._writer.submit(Pending(findings, digest, stored))

    def _tick(self) -> None:
        """Between requests: let idle time pass, sync the journal, checkpoint when it is due."""
        now = self._clock.monotonic()
        if self._hoards and now - self._quiet_since >= _BURST_SECONDS:
            self._hoards = False
            give_back()
        if not self._writer.healthy:
            self._quiet_since = now  # senders that are refused are not silent
        elif now - self._quiet_since >= self._settings.idle_seconds:
            self._quiet_since = now
            now_ns = self._clock.time_ns()
            self._journal("advance", now_ns)
            self._submit(self._pipeline.advance(now_ns), None)
            if self._shadow:
                self._shadow.advance(now_ns)
        self._storage.maintain(self._state)

    def _journal(self, *entry: Any) -> None:
        try:
            self._storage.append(*entry)
        except OSError as error:
            raise Refused("journal") from error

    def _replay(self, entry: tuple[Any, ...], *, poisonous: bool) -> None:
        """Take an entry of the journal in again; a `poisonous` request is not judged, but a dead letter."""
        if entry[0] == "advance":
            self._submit(self._pipeline.advance(entry[1]), None)
            return
        if entry[0] == "suppressions":
            self._pipeline.suppressor.use(entry[1])
            return
        kind, digest, sender, arrival_ns, raw = entry
        if poisonous:
            letters = unusable(raw, arrival_ns, "parse", ReplayError("it ended the process at each replay"))
            slices = iter([Findings(dead_letters=letters)])
        else:
            slices = self._judge.begin(raw, sender, arrival_ns, redacted=kind == "redacted").slices
        self._answers.begin(digest, None)
        self._store(slices, digest, arrival_ns)

    def _state(self) -> dict[str, Any]:
        return {
            "pipeline": self._pipeline.state(),
            "resends": self._resends.state(),
            "pending": [[p.digest, p.findings.state()] for p in self._writer.unconfirmed()],
        }


def _nobody_waits() -> None:
    """Called once findings are stored that no request led to."""


def _with_last(entries: Iterator[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Yield each entry, and whether it is the last."""
    current = next(entries, None)
    while current is not None:
        following = next(entries, None)
        yield current, following is None
        current = following


def _promise() -> tuple[asyncio.Future[None], Answer]:
    """Return a future of the running loop, and what settles it from another thread."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()

    def answer(error: Exception | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends, and nobody waits any more
            loop.call_soon_threadsafe(_resolve, future, error)

    return future, answer


def _take_turn(turn: _Turn) -> None:
    try:
        turn.step()
    except Exception as error:  # who asked for it is told
        turn.answer(error)
    else:
        turn.answer(None)


def _resolve(future: asyncio.Future[None], error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
