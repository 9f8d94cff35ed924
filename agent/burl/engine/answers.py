"""Who waits for which request: a sender, and those who sent the same again meanwhile."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby


class Answer:
    """What waits for a request: made in a running loop, awaited there, settled from another thread."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[None] = self.loop.create_future()


Outcome = tuple[Answer, Exception | None]
"""An answer, and the error that it is: None for OK."""


def settle(outcomes: Sequence[Outcome]) -> None:
    """Answer, with one wake-up of the loop for all: it costs as much as judging some lines."""
    for loop, mine in groupby(outcomes, lambda outcome: outcome[0].loop):
        with suppress(RuntimeError):  # the loop is closed: the process ends, and nobody waits any more
            loop.call_soon_threadsafe(_resolve, list(mine))


def _resolve(outcomes: Iterable[Outcome]) -> None:
    for answer, error in outcomes:
        if answer.future.done():
            continue
        if error is None:
            answer.future.set_result(None)
        else:
            answer.future.set_exception(error)


@dataclass(slots=True)
class _Open:
    """A request that is not answered yet: `parts` are those not stored, and one more while it is judged."""

    parts: int = 0
    error: Exception | None = None
    waiting: list[Answer] = field(default_factory=list)


class Answers:
    """Open requests by digest; each is answered once all that it led to is stored."""

    def __init__(self) -> None:
        self._open: dict[bytes, _Open] = {}
        self._lock = threading.Lock()

    def begin(self, digest: bytes, answers: Iterable[Answer], error: Exception | None = None) -> None:
        """Open a request; its end is answered with `error`. Perhaps nobody waits for it yet."""
        with self._lock:
            request = self._open.setdefault(digest, _Open())
            request.parts += 1
            request.error = error
            request.waiting += answers

    def part(self, digests: Sequence[bytes]) -> Callable[[], None]:
        """Return what to call when one more part of these requests, judged together, is stored."""
        with self._lock:
            for digest in digests:
                self._open.setdefault(digest, _Open()).parts += 1
        return lambda: self.end(digests)

    def end(self, digests: Sequence[bytes]) -> None:
        """Note that a part of these is stored, or that judging them ended; the last one answers."""
        outcomes: list[Outcome] = []
        with self._lock:
            for digest in digests:
                request = self._open[digest]
                request.parts -= 1
                if not request.parts:
                    del self._open[digest]
                    outcomes += ((answer, request.error) for answer in request.waiting)
        settle(outcomes)

    def wait(self, digest: bytes, answer: Answer) -> None:
        """Answer a resend when its first coming is; at once when it was."""
        with self._lock:
            request = self._open.get(digest)
            if request is not None:
                request.waiting.append(answer)
                return
        settle([(answer, None)])
