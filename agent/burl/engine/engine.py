"""The engine: one thread that owns all state, and the promise that OK means stored (design.md, decision 2).

A request is judged, journaled, and answered once the store has what it led to. While the store is down, too
much is pending or the agent stops, it is refused before it is judged. Requests of one sender that wait when
the thread comes to them are judged together: a large batch costs less a line.
"""

import asyncio
import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from burl.bundle import Bundle
from burl.clock import Clock
from burl.decide import Findings
from burl.engine.answers import Answer, Answers, settle
from burl.engine.attempts import Attempts
from burl.engine.backlog import Backlog
from burl.engine.dead_letters import unusable
from burl.engine.group import Group, Member, journaled, split_digests
from burl.engine.inbox import Inbox, Request, Turn
from burl.engine.journal import read_journal
from burl.engine.judge import Judge
from burl.engine.memory import give_back
from burl.engine.pipeline import Pipeline
from burl.engine.resends import Resends
from burl.engine.settings import EngineSettings
from burl.engine.shadow import Shadow
from burl.engine.storage import ADVANCE, Storage
from burl.engine.writer import Pending, Writer
from burl.errors import BurlError, Refused
from burl.receive.otlp import Decoder

_LOG = logging.getLogger(__name__)
_TICK_SECONDS, _IDLE_TICK_SECONDS = 0.25, 1.0
"""How often upkeep is looked after between requests, while some is due soon, and else."""
_BURST_SECONDS = 2.0
"""After so long without a request, what a burst took is given back."""


class ReplayError(BurlError):
    """A request ended the process each time it was replayed."""


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
        self._inbox = Inbox()
        self._in_flight: Counter[str] = Counter()
        """Requests of each sender that are not answered."""
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
        self._in_flight[sender] += 1
        request = Request(raw, sender, len(raw), arrival_ns, Answer(), self._in_flight[sender])
        self._backlog.add(request.size_bytes)
        self._inbox.put(request)
        try:
            await request.answer.future
        except asyncio.CancelledError:  # its client gave up: the bytes count no more, and must be gone
            request.raw = None
            raise
        finally:
            self._in_flight -= Counter((sender,))  # what comes to nothing is no more among them
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
        turn = Turn(step, Answer())
        self._inbox.put(turn)
        await turn.answer.future

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
        for digests, findings in self._storage.promised["pending"]:
            self._submit(Findings.from_state(findings), split_digests(digests or b""))
        entries = [path for path in self._storage.recovered.journals if path.exists()]
        replayed = 0
        attempts = self._storage.attempts()
        with attempts.one_more():
            for entry, is_last in _with_last(entry for path in entries for entry in read_journal(path)):
                replayed += self._replay(entry, attempts if is_last and attempts.careful else None)
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
        self._inbox.put(None)
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
                item = self._inbox.take(self._tick_seconds)
            except queue.Empty:
                self._guarded(self._tick)
                continue
            if item is None:
                return
            if isinstance(item, Turn):
                _take_turn(item)
            else:
                self._take(item)
            self._guarded(self._storage.maintain, self._state)
            del item  # the bytes of requests are not to be kept until others come

    @property
    def _tick_seconds(self) -> float:
        is_idle = self._storage.settled and not self._hoards
        return _IDLE_TICK_SECONDS if is_idle else _TICK_SECONDS

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

    def _take(self, requests: Sequence[Request]) -> None:
        with self._backlog.work(sum(request.size_bytes for request in requests)):
            try:
                self._judge_together(requests)
            except Refused as error:
                refused = error
            except Exception as error:  # some requests must not end the thread that serves all
                _LOG.exception("the engine failed on requests; their sender is asked to send them again")
                refused = Refused(f"engine_{type(error).__name__}")
            else:
                return
            settle([(request.answer, refused) for request in requests])

    def _judge_together(self, requests: Sequence[Request]) -> None:
        if self._stopping:
            raise Refused("stopping")
        waiting: dict[bytes, list[Answer]] = {}
        try:
            group = Group(requests[0].sender, list(self._new(requests, waiting)))
            if not group.members:
                return
            self._quiet_since = self._clock.monotonic()
            self._hoards = True
            begun = self._judge.begin(group)
        except MemoryError as full:
            raise Refused("memory") from full
        self._journal(*group.entry(begun.kept))
        for member, kept, error in zip(group.members, begun.kept, begun.errors, strict=True):
            self._answers.begin(member.digest, waiting[member.digest], error)
            if self._shadow and error is None:
                self._shadow.offer(kept, group.sender, member.arrival_ns)
        self._store(begun.slices, group)

    def _new(self, requests: Sequence[Request], waiting: dict[bytes, list[Answer]]) -> Iterator[Member]:
        """Yield each request that is waited for and did not come before; note who waits for it."""
        for request in requests:
            raw = request.raw
            if raw is None:
                continue
            member = Member.of(raw, request.arrival_ns)
            if member.digest in self._resends:
                self._answers.wait(member.digest, request.answer)
            elif member.digest in waiting:
                waiting[member.digest].append(request.answer)
            else:
                waiting[member.digest] = [request.answer]
                yield member

    def _store(self, slices: Iterator[Findings], group: Group) -> None:
        """Judge requests that have been journaled and hand over what they lead to; never raises."""
        for member in group.members:
            self._resends.add(member.digest, member.arrival_ns)
        for findings in slices:
            self._submit(findings, group.digests)
            self._writer.wait_for_room(self._settings.pending_max_documents)
        self._answers.end(group.digests)

    def _submit(self, findings: Findings, digests: tuple[bytes, ...] = ()) -> None:
        """Send `findings` to the store; the requests of `digests` are answered once they are there."""
        if findings:
            self._writer.submit(Pending(findings, digests, self._answers.part(digests)))

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
            self._journal(ADVANCE, now_ns)
            self._submit(self._pipeline.advance(now_ns))
            if self._shadow:
                self._shadow.advance(now_ns)
        self._storage.maintain(self._state)

    def _journal(self, *entry: Any) -> None:
        try:
            self._storage.append(*entry)
        except OSError as error:
            raise Refused("journal") from error

    def _replay(self, entry: tuple[Any, ...], attempts: Attempts | None) -> int:
        """Take an entry of the journal in again; return how many steps that were.

        With `attempts`, the starts before this one died of it: its requests are judged one by one, and those
        that are guilty not at all.
        """
        if entry[0] == ADVANCE:
            self._submit(self._pipeline.advance(entry[1]))
            return 1
        if entry[0] == "suppressions":
            self._pipeline.suppressor.use(entry[1])
            return 1
        together = journaled(entry)
        for group in together.alone() if attempts else [together]:
            self._store(self._again(group, attempts), group)
        return len(together.members)

    def _again(self, group: Group, attempts: Attempts | None) -> Iterator[Findings]:
        for member in group.members:
            self._answers.begin(member.digest, ())
        if attempts:
            (member,) = group.members
            if member.digest in attempts.guilty:
                return iter([_poisonous(member)])
            attempts.note(member.digest)
        return self._judge.begin(group, redacted=True).slices

    def _state(self) -> dict[str, Any]:
        return {
            "pipeline": self._pipeline.state(),
            "resends": self._resends.state(),
            "pending": [[b"".join(p.digests), p.findings.state()] for p in self._writer.unconfirmed()],
        }


def _poisonous(member: Member) -> Findings:
    error = ReplayError("it ended the process at each replay")
    return Findings(dead_letters=unusable(member.raw, member.arrival_ns, "parse", error))


def _with_last(entries: Iterator[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Yield each entry, and whether it is the last."""
    current = next(entries, None)
    while current is not None:
        following = next(entries, None)
        yield current, following is None
        current = following


def _take_turn(turn: Turn) -> None:
    try:
        turn.step()
    except Exception as error:  # who asked for it is told
        settle([(turn.answer, error)])
    else:
        settle([(turn.answer, None)])
