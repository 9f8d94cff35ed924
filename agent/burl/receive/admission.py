"""How much may be in flight at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from burl.errors import Refused


class Admission:
    """Bounds the bytes of requests that are not yet answered; used from one thread.

    Attributes:
        requests: requests in flight.
        inflight_bytes: their bytes.
        capacity_bytes: above it requests are refused.
    """

    def __init__(self, capacity_bytes: int) -> None:
        self.requests = 0
        self.inflight_bytes = 0
        self.capacity_bytes = capacity_bytes
        self._closed = False

    def close(self) -> None:
        """Refuse whatever comes from now on."""
        self._closed = True

    @contextmanager
    def admit(self, size_bytes: int) -> Iterator[None]:
        """Hold room for a request. Raises Refused at once when there is none."""
        if self._closed:
            raise Refused("stopping")
        if self.inflight_bytes + size_bytes > self.capacity_bytes:
            raise Refused("inflight_full")
        self.requests += 1
        self.inflight_bytes += size_bytes
        try:
            yield
        finally:
            self.requests -= 1
            self.inflight_bytes -= size_bytes
