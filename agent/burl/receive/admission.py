"""How much may be in flight at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from burl.errors import Refused


class Lease:
    """The room that one request holds; given back when its `Admission.admit` ends."""

    def __init__(self, admission: "Admission") -> None:
        self._admission = admission
        self.size_bytes = 0

    def grow(self, size_bytes: int) -> None:
        """Hold `size_bytes` more. Raises Refused when there is no room for them."""
        admission = self._admission
        if admission.inflight_bytes + size_bytes > admission.capacity_bytes:
            raise Refused("inflight_full")
        admission.inflight_bytes += size_bytes
        self.size_bytes += size_bytes

    def shrink(self, size_bytes: int) -> None:
        """Hold `size_bytes` less."""
        self._admission.inflight_bytes -= size_bytes
        self.size_bytes -= size_bytes


class Admission:
    """Bounds number and bytes of the requests that are not yet answered; used from one thread.

    Attributes:
        requests: requests in flight.
        inflight_bytes: their bytes, as far as they have been read.
        capacity_bytes: above it requests are refused.
        capacity_requests: as many may be in flight.
    """

    def __init__(self, capacity_bytes: int, capacity_requests: int) -> None:
        self.requests = 0
        self.inflight_bytes = 0
        self.capacity_bytes = capacity_bytes
        self.capacity_requests = capacity_requests
        self._closed = False

    @property
    def refusal(self) -> str:
        """Why a request that came now would be refused; empty when it would be taken."""
        if self._closed:
            return "stopping"
        full = self.requests >= self.capacity_requests or self.inflight_bytes >= self.capacity_bytes
        return "inflight_full" if full else ""

    def close(self) -> None:
        """Refuse whatever comes from now on."""
        self._closed = True

    @contextmanager
    def admit(self) -> Iterator[Lease]:
        """Take in a request, whose lease then grows by what is read of it. Raises Refused at once."""
        if self.refusal:
            raise Refused(self.refusal)
        lease = Lease(self)
        self.requests += 1
        try:
            yield lease
        finally:
            self.requests -= 1
            lease.shrink(lease.size_bytes)
