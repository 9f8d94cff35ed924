"""Who waits for which request: a sender, and those who sent the same again meanwhile."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Answer(Protocol):
    """What waits for a request: called once, from any thread, with None or the error to answer with."""

    def __call__(self, error: Exception | None) -> None:
        """Answer the request."""
        ...


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

    def begin(self, digest: bytes, answer: Answer | None, error: Exception | None = None) -> None:
        """Open a request; its end is answered with `error`. Without `answer` nobody waits for it yet."""
        with self._lock:
            request = self._open.setdefault(digest, _Open())
            request.parts += 1
            request.error = error
            if answer is not None:
                request.waiting.append(answer)

    def part(self, digest: bytes) -> Callable[[], None]:
        """Return what to call when one more part of the request is stored."""
        with self._lock:
            self._open.setdefault(digest, _Open()).parts += 1
        return lambda: self.end(digest)

    def end(self, digest: bytes) -> None:
        """Note that a part is stored, or that judging ended; the last one answers."""
        with self._lock:
            request = self._open[digest]
            request.parts -= 1
            if request.parts:
                return
            del self._open[digest]
        for answer in request.waiting:
            answer(request.error)

    def wait(self, digest: bytes, answer: Answer) -> None:
        """Answer a resend when its first coming is; at once when it was."""
        with self._lock:
            request = self._open.get(digest)
            if request is not None:
                request.waiting.append(answer)
                return
        answer(None)
