"""Log records as documents, with their template and grade: what `write.mode: enrich` stores."""

import hashlib
from typing import Any

import orjson

from burl.decide.annotation import SCHEMA_VERSION, Annotation, LogRecord
from burl.decide.times import rfc3339
from burl.parse import CONTINUATION, Catalogue
from burl.receive.batch import Batch, Ints, StreamTable

_MAX_ID_BYTES = 512
"""OpenSearch refuses longer ids."""


def log_records(
    batch: Batch, templates: Ints, catalogue: Catalogue, streams: StreamTable, annotations: list[Annotation]
) -> list[LogRecord]:
    """Return a document for each record of `batch`, continuation lines included.

    Args:
        batch: the records.
        templates: index of each record's template, or CONTINUATION.
        catalogue: gives the templates.
        streams: gives who wrote the records.
        annotations: the findings that the batch led to. What is found later, such as a session's, has its
            annotation alone: a log document is written once.
    """
    found: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        found.setdefault(str(annotation.document.get("log.record.uid")), []).append(annotation)
    records = []
    rows = zip(
        batch.bodies,
        batch.times_ns.tolist(),
        batch.streams.tolist(),
        batch.severities.tolist(),
        templates.tolist(),
        strict=True,
    )
    for index, (body, time_ns, stream, severity, template) in enumerate(rows):
        uid = batch.origin.uid(index)
        document = {
            "@timestamp": rfc3339(time_ns),
            **streams.identity(stream).fields,
            "body": body,
            "log.record.uid": uid,
            "trace_id": batch.origin.trace_id(index),
            "span_id": batch.origin.span_id(index),
            "severity.number": severity,
            "attributes": orjson.dumps(batch.origin.attributes(index), default=str).decode(),
            "schema_version": SCHEMA_VERSION,
            **_template(catalogue, template),
            **_grade(found.get(uid, [])),
        }
        records.append(LogRecord(_document_id(uid), time_ns, {k: v for k, v in document.items() if v}))
    return records


def _template(catalogue: Catalogue, template: int) -> dict[str, str]:
    if template == CONTINUATION:
        return {}
    return {"log.record.template": catalogue[template].text, "log.template.id": catalogue[template].id}


def _grade(annotations: list[Annotation]) -> dict[str, Any]:
    if not annotations:
        return {}
    return {
        "burl.anomaly.grade": max(annotation.document["anomaly_grade"] for annotation in annotations),
        "burl.anomaly.id": [annotation.id for annotation in annotations],
    }


def _document_id(uid: str) -> str:
    raw = uid.encode("utf-8", "replace")
    return uid if len(raw) <= _MAX_ID_BYTES else hashlib.sha256(raw).hexdigest()
