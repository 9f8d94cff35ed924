"""Writes log records with `_bulk`: whole columns at once, since there is one for every line."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, chain, repeat

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException

from burl.decide.logs import LogRecords
from burl.json_strings import json_strings
from burl.write.backoff import Retry
from burl.write.documents import Document
from burl.write.names import DAY_NS, IndexNames
from burl.write.opensearch.bulk import BulkWriter, Refusal

_ANSWER_FILTER = "errors"
"""What became of each is asked only where not all are stored: reading that took as long as sending."""


class LogWriter:
    """Stores log records; what a request does not store whole is left to a `BulkWriter`."""

    def __init__(
        self, client: OpenSearch, names: IndexNames, bulk: BulkWriter, retry: Retry, max_bytes: int
    ) -> None:
        """Args: `max_bytes` bounds one request, unless a single document is larger."""
        self._client, self._names, self._bulk = client, names, bulk
        self._retry, self._max_bytes = retry, max_bytes

    def write(self, logs: LogRecords) -> list[Refusal]:
        """Store all; return those that were refused for good. Raises Retryable as a `BulkWriter`."""
        left = [row for part in _parts(logs, self._max_bytes) if not self._stores(logs, part) for row in part]
        if left:
            self._retry.pause()  # OpenSearch refuses some, most likely for being too busy
        return self._bulk.write([Document("log", logs[row], logs.bodies[row]) for row in left])

    def _stores(self, logs: LogRecords, part: range) -> bool:
        """Send one request; return whether all of it is stored for sure."""
        try:
            answer = self._client.bulk(body=self._body(logs, part), params={"filter_path": _ANSWER_FILTER})
        except OpenSearchException:
            return False
        return bool(answer == {"errors": False})

    def _body(self, logs: LogRecords, part: range) -> bytes:
        rows = slice(part.start, part.stop)
        days = [time_ns // DAY_NS for time_ns in logs.times_ns[rows]]
        heads = {day: self._head(day) for day in set(days)}
        ids = json_strings(logs.ids[rows])
        lines = zip(map(heads.__getitem__, days), ids, repeat(b"}}\n"), logs.bodies[rows], repeat(b"\n"))
        return b"".join(chain.from_iterable(lines))

    def _head(self, day: int) -> bytes:
        """Return how the action of a day's records begins."""
        return b'{"create":{"_index":"%b","_id":' % self._names.dated("logs", day * DAY_NS).encode()


def _parts(logs: LogRecords, max_bytes: int) -> Iterator[range]:
    """Yield the rows of each request."""
    ends = [0, *accumulate(map(len, logs.bodies))]
    start = 0
    while start < len(logs):
        stop = max(bisect_right(ends, ends[start] + max_bytes) - 1, start + 1)
        yield range(start, stop)
        start = stop
