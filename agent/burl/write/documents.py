"""Findings as serialised documents; what cannot be serialised becomes a dead letter in its place."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from burl.decide import Annotation, CatalogueEntry, DeadLetter, Findings, Incident, LogRecord
from burl.decide.annotation import SCHEMA_VERSION, document_id
from burl.decide.times import rfc3339

Kind = Literal["annotation", "incident", "dead_letter", "catalogue", "log"]
Source = Annotation | Incident | DeadLetter | CatalogueEntry | LogRecord
Encode = Callable[[dict[str, Any]], bytes]

ORIGINAL_MAX_BYTES = 256 * 1024
"""A refused document may have been refused for its size: its dead letter keeps this much of it, so that it
passes proxies that stop at one megabyte."""


@dataclass(slots=True)
class Document:
    """One document, ready to be sent."""

    kind: Kind
    source: Source
    body: bytes


def to_json(document: dict[str, Any]) -> bytes:
    """Return `document` as compact JSON. Raises ValueError where JSON cannot hold a value."""
    try:
        return orjson.dumps(document)
    except TypeError as error:
        raise ValueError(str(error)) from None


def documents(findings: Findings, encode: Encode) -> Iterator[Document]:
    """Yield all of `findings` in the order of storing: annotations, dead letters, then incidents.

    `encode` raises ValueError for a document that it cannot express; a dead letter is then yielded instead.
    """
    yield from (_encoded("annotation", source, encode) for source in findings.annotations)
    yield from (_encoded("dead_letter", source, encode) for source in findings.dead_letters)
    yield from (_encoded("incident", source, encode) for source in findings.incidents)


def platform_documents(findings: Findings) -> Iterator[Document]:
    """Yield what only OpenSearch keeps beside log records: the catalogue.

    A template is an update: where it is there, it keeps the time at which it was first seen, and its name.
    """
    for entry in findings.catalogue:
        encode = to_json if entry.kind == "template_count" else _template_update
        yield _encoded("catalogue", entry, encode)


def _template_update(document: dict[str, Any]) -> bytes:
    changed = {name: document[name] for name in ("last_seen", "trained", "supersedes") if name in document}
    return to_json({"doc": changed, "upsert": document})


def _encoded(kind: Kind, source: Source, encode: Encode) -> Document:
    try:
        return Document(kind, source, encode(source.document))
    except (ValueError, OverflowError) as error:
        letter = refused(source, "serialization_error", str(error))
        return Document("dead_letter", letter, encode(letter.document))


def refused(source: Source, error_type: str, reason: str) -> DeadLetter:
    """Return the dead letter of a document that could not be stored: its id follows from the document's."""
    # The standard library's JSON writes what orjson and msgpack refuse: lone surrogates, huge integers.
    original = json.dumps(source.document, default=str)
    identifier = document_id("refused", source.id)
    document = {
        "@timestamp": rfc3339(max(source.time_ns, 0)),  # OpenSearch's date_nanos starts in 1970
        "dead_letter_id": identifier,
        "stage": "write",
        "error.type": error_type,
        "reason": reason.encode("utf-8", "replace").decode(),
        "anomaly_id": source.id,
        "original": original[:ORIGINAL_MAX_BYTES],
        "original_encoding": "json",
        "original_bytes": len(original),
        "schema_version": SCHEMA_VERSION,
    }
    uid = source.document.get("log.record.uid")
    if isinstance(uid, str):
        document["log.record.uid"] = uid.encode("utf-8", "replace").decode()
    return DeadLetter(identifier, source.time_ns, document)
