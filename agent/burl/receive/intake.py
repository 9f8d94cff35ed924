"""What both doors do with a request: who may send, how much is taken, what is answered."""

import asyncio
import logging
from collections.abc import AsyncIterable
from typing import Protocol

from burl.clock import Clock
from burl.errors import Refused, TooLarge
from burl.receive.admission import Admission
from burl.receive.compression import is_packed, unpacked
from burl.receive.counters import ReceiveCounters
from burl.receive.settings import ReceiveSettings
from burl.receive.status import Answer, answer
from burl.receive.tokens import Tokens

FRAMING_BYTES = 1024 * 1024
"""Room above `message_max_bytes`, so that a request of just that size is never refused for ever."""
_LOG = logging.getLogger(__name__)


class Ingest(Protocol):
    """What stands behind the doors."""

    async def ingest(self, raw: bytes, sender: str, arrival_ns: int) -> int:
        """Take in a serialised ExportLogsServiceRequest; return when all that it led to is stored.

        Args:
            raw: the request, decompressed.
            sender: the peer's host.
            arrival_ns: when it arrived, nanoseconds since the epoch.

        Returns:
            How many records went to the dead letters; never reported to the sender, who would lose them.

        Raises:
            Refused: try again later.
            Undecodable: it is no such request; its bytes are in the dead letters.
        """
        ...


class Intake:
    """Takes requests in, whichever door they come through."""

    def __init__(
        self, settings: ReceiveSettings, ingest: Ingest, clock: Clock, counters: ReceiveCounters
    ) -> None:
        """Raises ConfigError when the file of tokens cannot be read."""
        self.admission = Admission(settings.inflight_max_bytes, settings.max_requests)
        self.limit_bytes = settings.message_max_bytes + FRAMING_BYTES
        self._tokens = Tokens(settings)
        self._read_seconds = settings.read_timeout_seconds
        self._ingest = ingest
        self._clock = clock
        self._counters = counters

    async def take(self, chunks: AsyncIterable[bytes], authorization: str, sender: str) -> Answer | None:
        """Read a request and have it judged; return None once it is stored, else what to answer.

        Nothing is read of one that is not let in.

        Args:
            chunks: its bytes, perhaps packed, as they come in.
            authorization: the request's header of that name, or nothing.
            sender: the peer's host.
        """
        try:
            self._tokens.check(authorization)
            with self.admission.admit() as lease:
                raw = await self._read(chunks, lease.grow)
                if is_packed(raw):
                    raw = await unpacked(raw, lease, self.limit_bytes)
                await self._ingest.ingest(raw, sender, self._clock.time_ns())
        except Exception as error:  # what escapes becomes UNKNOWN, and the sender drops the chunk
            return self._refused(error)
        return None

    async def _read(self, chunks: AsyncIterable[bytes], grow: "_Grow") -> bytes:
        """Return the whole request. Raises TooLarge, or Refused when it comes too slowly or is too much."""
        parts: list[bytes] = []
        total = 0
        try:
            async with asyncio.timeout(self._read_seconds):
                async for chunk in chunks:
                    total += len(chunk)
                    if total > self.limit_bytes:
                        raise TooLarge(f"more than {self.limit_bytes} bytes")
                    grow(len(chunk))
                    parts.append(chunk)
        except TimeoutError:
            raise Refused("slow_sender") from None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _refused(self, error: Exception) -> Answer:
        status = answer(error)
        self._counters.refused_requests[status.reason] += 1
        if status.reason == "internal_error":
            _LOG.error("a request failed; its sender will repeat it", exc_info=error)
        return status


class _Grow(Protocol):
    def __call__(self, size_bytes: int) -> None: ...
