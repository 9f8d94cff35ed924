"""Reads log documents in order of event time: a point in time, page after page by `search_after`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import numpy as np
from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

from burl.clock import Clock
from burl.errors import InputError
from burl.receive.batch import Batch, Origin, StreamTable
from burl.receive.bodies import BodyDecoder
from burl.receive.counters import ReceiveCounters
from burl.receive.identity import identify
from burl.receive.redaction import make_redactor
from burl.receive.settings import ReceiveSettings
from burl.write.opensearch.client import translated
from burl_opensearch.reading.documents import (
    attributes_of,
    body_of,
    severity_of,
    span_of,
    stem_of,
    trace_of,
)
from burl_opensearch.reading.source import TIME_FIELD, Source

SENDER = "opensearch"
"""All indices are read in one order of time, so one watermark serves them."""
PAGE = 2000
_KEEP_ALIVE = "10m"
_SORT = [
    # Indices may hold milliseconds or nanoseconds: both are compared, and told, as nanoseconds.
    {TIME_FIELD: {"order": "asc", "numeric_type": "date_nanos", "unmapped_type": "date_nanos"}},
    {"_seq_no": {"order": "asc"}},
]
Hit = dict[str, Any]


@dataclass(slots=True)
class Cursor:
    """How far has been read.

    `_seq_no` is unique only within a shard (and `_shard_doc` is unknown before OpenSearch 3.3), so the next
    page starts *at* the last key, and those of it that were read are known by id.

    Attributes:
        time_ns: event time of the last document; -1 at the start.
        number: its `_seq_no`.
        read: index and `_id` of the documents read with that time and number.
        documents: how many have been read in all.
    """

    time_ns: int = -1
    number: int = -1
    read: list[str] = field(default_factory=list)
    documents: int = 0

    def after(self) -> dict[str, Any]:
        """Return the part of a request that makes the next page start here."""
        return {"search_after": [self.time_ns, self.number - 1]} if self.time_ns >= 0 else {}

    def take(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return the documents that are new, and move on behind them."""
        fresh = [hit for hit in hits if not self._knows(hit)]
        for hit in fresh:
            if hit["sort"] != [self.time_ns, self.number]:
                (self.time_ns, self.number), self.read = hit["sort"], []
            self.read.append(_identity(hit))
        self.documents += len(fresh)
        return fresh

    def _knows(self, hit: Hit) -> bool:
        return hit["sort"] == [self.time_ns, self.number] and _identity(hit) in self.read


@dataclass(slots=True)
class HitOrigin(Origin):
    """Where documents of one batch came from."""

    hits: Sequence[Hit]
    flat: Sequence[dict[str, str]]

    def uid(self, index: int) -> str:
        """Return the document's `log.record.uid`, else its `_id`."""
        return self.flat[index].get("log.record.uid") or str(self.hits[index]["_id"])

    def attributes(self, index: int) -> dict[str, Any]:
        """Return all scalars of the document under OpenTelemetry's names."""
        return dict(self.flat[index])

    def trace_id(self, index: int) -> str:
        """Return the trace id, or an empty string."""
        return trace_of(self.flat[index])

    def span_id(self, index: int) -> str:
        """Return the span id, or an empty string."""
        return span_of(self.flat[index])


class IndexReader:
    """Reads one source into batches; holds one page at a time."""

    def __init__(
        self, client: OpenSearch, url: str, settings: ReceiveSettings, streams: StreamTable, clock: Clock
    ) -> None:
        """Args: `url` is how messages name the server."""
        self._client, self._url, self._settings = client, url, settings
        self._streams, self._clock = streams, clock
        self._redactor = make_redactor(settings)
        self._bodies = BodyDecoder(settings, ReceiveCounters(), self._redactor)

    def count(self, source: Source) -> int:
        """Return how many documents the source has. Raises as `read`."""
        with translated(self._url):
            query = {"query": {"bool": {"filter": source.filters()}}}
            return int(self._client.count(index=source.index, body=query)["count"])

    def read(self, source: Source, cursor: Cursor | None = None) -> Iterator[Batch]:
        """Yield the documents of `source` in order of event time, from `cursor` on, which moves with them.

        Raises:
            InputError: there is no such index.
            ConfigError: the server refuses us.
            Retryable: it cannot be reached.
        """
        cursor = cursor or Cursor()
        with translated(self._url):
            pit = self._point_in_time(source.index)
            try:
                yield from self._batches(source, cursor, pit)
            finally:
                self._client.delete_pit(body={"pit_id": [pit]})

    def _point_in_time(self, index: str) -> str:
        try:
            opened = self._client.create_pit(index=index, params={"keep_alive": _KEEP_ALIVE})
        except NotFoundError:
            raise InputError(f"OpenSearch at {self._url} has no index {index}") from None
        return str(opened["pit_id"])

    def _batches(self, source: Source, cursor: Cursor, pit: str) -> Iterator[Batch]:
        body = {
            "size": PAGE,
            "query": {"bool": {"filter": source.filters()}},
            "sort": _SORT,
            "pit": {"id": pit, "keep_alive": _KEEP_ALIVE},
            "track_total_hits": False,
        }
        params = {"filter_path": "hits.hits._source,hits.hits._id,hits.hits._index,hits.hits.sort"}
        while True:
            page = self._client.search(body=body | cursor.after(), params=params)
            hits = page.get("hits", {}).get("hits", [])
            if fresh := cursor.take(hits):
                yield self._batch(fresh)
            if len(hits) < PAGE:
                return

    def _batch(self, hits: list[Hit]) -> Batch:
        now_ns = self._clock.time_ns()
        sources = [hit["_source"] for hit in hits]
        flat = [self._attributes(source) for source in sources]
        times = [hit["sort"][0] for hit in hits]
        bodies = [body_of(source, self._settings.body_keys).encode() for source in sources]
        # Documents that do not say who wrote them at least share an index.
        senders = [stem_of(hit["_index"]) for hit in hits]
        identities = map(identify, flat, senders, repeat(self._settings.identity))
        streams = [self._streams.add(identity) for identity in identities]
        return Batch(
            bodies=[self._bodies.text(body) for body in bodies],
            times_ns=np.array(times, dtype=np.int64),
            timed=np.ones(len(hits), dtype=np.bool_),
            streams=np.array(streams, dtype=np.int64),
            severities=np.array([severity_of(each) for each in flat], dtype=np.int64),
            sender=SENDER,
            arrival_ns=now_ns,
            origin=HitOrigin(hits, flat),
        )

    def _attributes(self, source: dict[str, Any]) -> dict[str, str]:
        found = attributes_of(source)
        return self._redactor.value(found) if self._redactor else found


def _identity(hit: Hit) -> str:
    return f"{hit['_index']}/{hit['_id']}"
