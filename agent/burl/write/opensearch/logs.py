"""Writes log records with `_bulk`: whole pages at once, since there is one for every line."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException

from burl.decide.logs import LogPage, LogRecords
from burl.decide.times import DAY_NS
from burl.write.backoff import Retry
from burl.write.documents import Document
from burl.write.names import IndexNames
from burl.write.opensearch.bulk import BulkWriter, Refusal, within

_ANSWER_FILTER = "errors,items.create.error.type"
"""What became of each is asked only where not all are stored: reading that took as long as sending."""
_REPEAT = {"create": {"error": {"type": "version_conflict_engine_exception"}}}
"""Of a record that was stored before."""


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
        large = [page for page in logs.pages if len(page.lines) > self._max_bytes]
        left = [page for pages in self._requests(logs) if not self._stores(pages) for page in pages]
        if left:
            self._retry.pause()  # OpenSearch refuses some, most likely for being too busy
        records = chain.from_iterable(page.records() for page in [*large, *left])
        return self._bulk.write([Document("log", record, record.body) for record in records])

    def _requests(self, logs: LogRecords) -> Iterator[list[LogPage]]:
        """Yield the pages of each request: those of a day."""
        by_day: dict[int, list[LogPage]] = {}
        for page in logs.pages:
            if len(page.lines) <= self._max_bytes:
                by_day.setdefault(page.day, []).append(page)
        for pages in by_day.values():
            yield from within(self._max_bytes, pages, lambda page: len(page.lines))

    def _stores(self, pages: Sequence[LogPage]) -> bool:
        """Send one request; return whether all of it is stored for sure."""
        index = self._names.dated("logs", pages[0].day * DAY_NS)
        body = b"".join(page.lines for page in pages)
        try:
            answer = self._client.bulk(index=index, body=body, params={"filter_path": _ANSWER_FILTER})
        except OpenSearchException:
            return False
        return answer == {"errors": False} or _are_repeats(answer)


def _are_repeats(answer: Any) -> bool:
    """Return whether all that OpenSearch refused it has already, as after a crash."""
    items = answer.get("items", []) if isinstance(answer, dict) else []
    return bool(items) and all(item == _REPEAT for item in items)
