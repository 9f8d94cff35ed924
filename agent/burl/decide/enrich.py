"""Log records as documents, with their template and grade: what `write.mode: enrich` stores.

Documents are put together from pieces of JSON, column by column; what many lines share is made once a batch,
a column of text becomes JSON in one call, and the pieces of all are joined at once, as they are sent. A dict
a line and its serialisation took thirty times as long (`bench/opensearch.py`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise, repeat
from typing import Any

import numpy as np
import orjson

from burl.decide.annotation import SCHEMA_VERSION, Annotation
from burl.decide.logs import ACTION, LogPage, LogRecords
from burl.decide.times import DAY_NS, rfc3339
from burl.distinct import distinct
from burl.json_strings import json_strings
from burl.parse import CONTINUATION, Catalogue
from burl.receive.batch import Batch, Ints, StreamTable

_MAX_ID_BYTES = 512
"""OpenSearch refuses longer ids."""

_SECOND_NS = 10**9
_DIGITS, _ZEROS = 9, "000000000Z"
_POWERS = 10 ** np.arange(_DIGITS)[::-1]

_PAGE_RECORDS = 500
"""Most records of a page, so that pages of long records, too, are smaller than one request may be."""

_Column = Iterable[bytes]


def log_records(
    batch: Batch, templates: Ints, catalogue: Catalogue, streams: StreamTable, annotations: list[Annotation]
) -> LogRecords:
    """Return a document for each record of `batch`, continuation lines included.

    Args:
        batch: the records.
        templates: index of each record's template, or CONTINUATION.
        catalogue: gives the templates.
        streams: gives who wrote the records.
        annotations: the findings that the batch led to. What is found later, such as a session's, has its
            annotation alone: a log document is written once.
    """
    held = batch.origin.held(range(len(batch)))
    uids = held.uids.texts(batch.bodies)
    strings = json_strings(uids)
    columns = (
        repeat(ACTION),
        _ids(uids, strings),
        _each(batch.times_ns // _SECOND_NS, _second),
        _nanoseconds(batch.times_ns),
        _each(batch.streams, lambda stream: _fields(streams.identity(stream).fields)),
        _each(templates, lambda template: _fields(_template(catalogue, template))),
        _each(batch.severities, lambda severity: _fields({"severity.number": severity})),
        *_column("body", json_strings(batch.bodies)),
        *_column("log.record.uid", strings),
        *_column("trace_id", json_strings(held.trace_ids)),
        *_column("span_id", json_strings(held.span_ids)),
        *_column("attributes", batch.origin.attribute_strings(range(len(batch)))),
        *_grades(uids, annotations),
        repeat(_fields({"schema_version": SCHEMA_VERSION}) + b"}\n"),
    )
    return LogRecords(list(_pages(batch.times_ns // DAY_NS, zip(*columns, strict=False))))


def _pages(days: Ints, records: Iterator[tuple[bytes, ...]]) -> Iterator[LogPage]:
    """Yield pages of records, each in pieces, in their order; `days` are theirs."""
    changes = np.flatnonzero(np.diff(days)) + 1
    starts = {*range(0, len(days), _PAGE_RECORDS), *changes.tolist()}
    for start, stop in pairwise(sorted(starts | {len(days)})):
        pieces = chain.from_iterable(islice(records, stop - start))
        yield LogPage(int(days[start]), stop - start, b"".join(pieces))


def _ids(uids: Sequence[str], strings: Sequence[bytes]) -> Sequence[bytes]:
    """Return `_id`s as JSON strings: the uids, which are `strings`, but none that OpenSearch would refuse."""
    are_short = max(map(len, strings), default=0) <= _MAX_ID_BYTES  # JSON is longer than what it says
    return strings if are_short else json_strings(list(map(_document_id, uids)))


def _second(second: int) -> bytes:
    """Return what follows the `_id` of a record of this second: how its document begins."""
    return b'}}\n{"@timestamp":"' + rfc3339(second * _SECOND_NS).removesuffix(_ZEROS).encode()


def _nanoseconds(times_ns: Ints) -> list[bytes]:
    """Return what follows: `123456789Z"`; numpy's own text of a time takes five times as long as both."""
    texts = np.full((len(times_ns), len(_ZEROS) + 1), ord('"'), np.uint8)
    texts[:, :_DIGITS] = times_ns[:, None] // _POWERS % 10 + ord("0")
    texts[:, _DIGITS] = ord("Z")
    rows: list[bytes] = texts.view(f"S{texts.shape[1]}").ravel().tolist()
    return rows


def _fields(fields: Mapping[str, Any]) -> bytes:
    """Return the JSON of those fields that say something, a comma before each."""
    said = {name: value for name, value in fields.items() if value}
    return b"," + orjson.dumps(said)[1:-1] if said else b""


def _column(name: str, strings: Sequence[bytes]) -> Iterator[_Column]:
    """Yield a field of each record, from JSON strings; nothing where one is empty."""
    head, empty = f',"{name}":'.encode(), strings.count(b'""')
    if not empty:
        yield repeat(head)
        yield strings
    elif empty < len(strings):
        yield [head + said if said != b'""' else b"" for said in strings]


def _each(values: Ints, fragment: Callable[[int], bytes]) -> _Column:
    """Return the fragment of each value, made once for each distinct one."""
    fragments = {value: fragment(value) for value in distinct(values).tolist()}
    return map(fragments.__getitem__, values.tolist())


def _template(catalogue: Catalogue, template: int) -> dict[str, str]:
    if template == CONTINUATION:
        return {}
    return {"log.record.template": catalogue[template].text, "log.template.id": catalogue[template].id}


def _grades(uids: list[str], annotations: list[Annotation]) -> Iterator[_Column]:
    """Yield of each record what was found in it, if anything was in any."""
    found: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        found.setdefault(str(annotation.document.get("log.record.uid")), []).append(annotation)
    grades = {uid: _fields(_grade(of_record)) for uid, of_record in found.items()}
    if grades:
        yield [grades.get(uid, b"") for uid in uids]


def _grade(annotations: list[Annotation]) -> dict[str, Any]:
    return {
        "burl.anomaly.grade": max(annotation.document["anomaly_grade"] for annotation in annotations),
        "burl.anomaly.id": [annotation.id for annotation in annotations],
    }


def _document_id(uid: str) -> str:
    raw = uid.encode("utf-8", "replace")
    return uid if len(raw) <= _MAX_ID_BYTES else hashlib.sha256(raw).hexdigest()
