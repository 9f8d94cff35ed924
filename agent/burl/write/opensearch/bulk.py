"""Writes documents with `_bulk`, each judged by its own status."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, TypeVar

import orjson
from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, TransportError

from burl.decide import Annotation, CatalogueEntry, Incident, LogRecord
from burl.errors import Retryable
from burl.write.backoff import Retry
from burl.write.documents import Document, Source
from burl.write.names import Dated, IndexNames
from burl.write.opensearch.client import describe

Verdict = Literal["done", "again", "refused"]
Item = TypeVar("Item")

ANSWER_FILTER = "errors,items.*.status,items.*.error"
_TRY_AGAIN = {401, 403, 429, 502, 503, 504}
"""401 and 403 say nothing of the document: a role is missing, or the index is blocked for a while."""
_UNSPLIT = {400, 413}
"""A whole request gets these when one document of it is bad or too big: the others must not suffer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: an HTTP status, and why when it was not stored."""

    status: int
    error_type: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that will never be stored."""

    document: Document
    outcome: Outcome


def judge(status: int) -> Verdict:
    """Return what an item's status means.

    409 is done: a `create` finds the same `_id`, an upsert finds a newer version.
    """
    if 200 <= status < 300 or status == 409:  # HTTP's own numbers
        return "done"
    return "again" if status in _TRY_AGAIN else "refused"


class BulkWriter:
    """Stores serialised documents, trying again those that may succeed later."""

    def __init__(self, client: OpenSearch, names: IndexNames, retry: Retry, max_bytes: int) -> None:
        """Args: `max_bytes` bounds one request, unless a single document is larger."""
        self._client = client
        self._names = names
        self._retry = retry
        self._max_bytes = max_bytes

    def write(self, documents: Sequence[Document]) -> list[Refusal]:
        """Store `documents`; return those that were refused for good.

        Raises:
            Retryable: not all could be stored in time. Writing the same again is safe.
        """
        left = list(documents)
        refusals: list[Refusal] = []

        def attempt() -> None:
            chunks = within(self._max_bytes, left, lambda document: len(document.body))
            failed = [pair for chunk in chunks for pair in self._send(chunk)]
            refusals.extend(Refusal(*pair) for pair in failed if judge(pair[1].status) == "refused")
            again = [pair for pair in failed if judge(pair[1].status) == "again"]
            left[:] = [document for document, _ in again]
            if again:
                raise Retryable(f"{len(again)} documents not stored: {again[0][1].reason}")

        self._retry.run(attempt)
        return refusals

    def _send(self, chunk: list[Document]) -> Iterator[tuple[Document, Outcome]]:
        """Send one request; return what became of its documents, all of them unless all are stored."""
        try:
            answer = self._client.bulk(body=self._body(chunk), params={"filter_path": ANSWER_FILTER})
        except TransportError as error:
            return self._failed(chunk, error)
        except OpenSearchException as error:  # an answer that is no JSON: a proxy's, or cut short
            return ((document, Outcome(502, "bad_answer", str(error))) for document in chunk)
        if all_stored(answer, len(chunk)):
            return iter(())
        return zip(chunk, outcomes(answer, len(chunk)), strict=True)

    def _failed(self, chunk: list[Document], error: TransportError) -> Iterator[tuple[Document, Outcome]]:
        """Judge a request that failed as a whole: no document is refused for what is not its own fault."""
        if error.status_code not in _UNSPLIT:
            return ((document, Outcome(503, "unavailable", describe(error))) for document in chunk)
        if len(chunk) == 1:
            return iter([(chunk[0], Outcome(int(error.status_code), str(error.error), describe(error)))])
        half = len(chunk) // 2
        return chain(self._send(chunk[:half]), self._send(chunk[half:]))

    def _body(self, chunk: list[Document]) -> bytes:
        lines = chain.from_iterable((self._action(document), document.body) for document in chunk)
        return b"\n".join(lines) + b"\n"

    def _action(self, document: Document) -> bytes:
        source = document.source
        if isinstance(source, Incident):
            return _incident_action(self._names.alias("incidents"), source)
        if isinstance(source, CatalogueEntry) and source.kind == "template":
            return _template_action(self._names.alias("templates"), source)
        index = self._names.dated(_dated(source), source.time_ns)
        return b'{"create":{"_index":"%b","_id":%b}}' % (index.encode(), orjson.dumps(source.id))


def _dated(source: Source) -> Dated:
    if isinstance(source, Annotation):
        return "anomalies"
    if isinstance(source, LogRecord):
        return "logs"
    return "template_counts" if isinstance(source, CatalogueEntry) else "dead_letters"


def _template_action(alias: str, entry: CatalogueEntry) -> bytes:
    action = {"_index": alias, "_id": entry.id, "require_alias": True, "retry_on_conflict": 3}
    return orjson.dumps({"update": action})


def _incident_action(alias: str, incident: Incident) -> bytes:
    action = {
        "_index": alias,
        "_id": incident.id,
        "version": incident.version,
        "version_type": "external_gte",
        "require_alias": True,
    }
    return orjson.dumps({"index": action})


def within(max_bytes: int, items: Iterable[Item], size: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Yield the items of each request, in order: at most `max_bytes`, unless a single one is larger."""
    chunk: list[Item] = []
    size_bytes = 0
    for item in items:
        if chunk and size_bytes + size(item) > max_bytes:
            yield chunk
            chunk, size_bytes = [], 0
        chunk.append(item)
        size_bytes += size(item)
    if chunk:
        yield chunk


def all_stored(answer: Any, count: int) -> bool:
    """Return True where none of `count` documents needs to be looked at by itself, as almost always."""
    return (
        isinstance(answer, dict) and answer.get("errors") is False and len(answer.get("items", ())) == count
    )


def outcomes(answer: Any, count: int) -> list[Outcome]:
    """Return what became of each of `count` documents, as an answer under ANSWER_FILTER tells it."""
    items = answer.get("items", []) if isinstance(answer, dict) else []
    if len(items) != count:
        return [Outcome(502, "bad_answer", "the answer does not name every document")] * count
    return [_outcome(next(iter(item.values()))) for item in items]


def _outcome(item: dict[str, Any]) -> Outcome:
    error = item.get("error") or {}
    cause = (error.get("caused_by") or {}).get("reason")
    reason = f"{error.get('reason', '')}{f': {cause}' if cause else ''}"
    return Outcome(int(item.get("status", 502)), error.get("type", ""), reason)
