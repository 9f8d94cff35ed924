"""What was already taken in: a request that comes again is not judged twice, it waits for its write."""

from collections import OrderedDict
from typing import Any


class Resends:
    """Digests of requests with the time they were taken; bounded in number and age.

    Only one is forgotten for its age when another is added: a wall clock that jumps forgets no others.
    """

    def __init__(self, max_requests: int, max_seconds: float) -> None:
        """Args: beyond either bound the oldest digest is forgotten."""
        self._max_requests = max_requests
        self._max_ns = int(max_seconds * 1e9)
        self._taken_ns: OrderedDict[bytes, int] = OrderedDict()

    def __contains__(self, digest: bytes) -> bool:
        """Return True when the request was taken before."""
        return digest in self._taken_ns

    def add(self, digest: bytes, now_ns: int) -> None:
        """Remember a request; forget the oldest when it is too old, or they are too many."""
        self._taken_ns[digest] = now_ns
        oldest_ns = next(iter(self._taken_ns.values()))
        if len(self._taken_ns) > self._max_requests or now_ns - oldest_ns > self._max_ns:
            self._taken_ns.popitem(last=False)

    def state(self) -> Any:
        """Return what `restore` needs, as msgpack-able values."""
        return list(self._taken_ns.items())

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        self._taken_ns = OrderedDict((digest, taken_ns) for digest, taken_ns in state)
