"""Dead letters of the engine: what could not be judged is kept with its reason, never thrown away."""

import base64
import hashlib
from typing import Any

from burl.decide import DeadLetter
from burl.decide.annotation import SCHEMA_VERSION, document_id
from burl.decide.times import rfc3339
from burl.detect import Units
from burl.engine.loaded import Loaded
from burl.errors import Undecodable
from burl.receive.batch import Batch
from burl.window import Events, Intervals, Record

_MAX_ORIGINAL_BYTES = 512 * 1024


def unusable(
    raw: bytes, arrival_ns: int, stage: str, error: Exception, *, judged_records: int = 0
) -> list[DeadLetter]:
    """Return the dead letters of a request that could not be taken apart, in pieces that a store takes.

    `judged_records` of it, the first ones, were judged before it failed.
    """
    digest = hashlib.sha256(raw).hexdigest()
    if judged_records:
        error = Undecodable(f"{error}; its first {judged_records} records were judged")
    letters = []
    for start in range(0, max(len(raw), 1), _MAX_ORIGINAL_BYTES):
        body = {
            "original": base64.b64encode(raw[start : start + _MAX_ORIGINAL_BYTES]).decode(),
            "original_encoding": "base64",
            "original_bytes": len(raw),
        }
        identifier = f"{digest[:32]}-{start // _MAX_ORIGINAL_BYTES}"
        letters.append(_letter(identifier, arrival_ns, stage, error, body))
    return letters


def unjudged(batch: Batch, error: Exception) -> list[DeadLetter]:
    """Return the dead letters of the records of a slice that made a room raise."""
    times_ns = batch.times_ns.tolist()
    return [
        _of_line(("slice", batch.origin.uid(row)), batch.bodies[row], times_ns[row], "parse", error)
        for row in range(len(batch))
    ]


def poisonous(loaded: Loaded, units: Units, error: Exception) -> list[DeadLetter]:
    """Return the dead letters of units that made a detector raise."""
    if isinstance(units, Intervals):
        return []
    records = (
        [units.record(row) for row in range(len(units))]
        if isinstance(units, Events)
        else [units.record(int(units.offsets[row] + units.leads[row])) for row in range(len(units))]
    )
    return [_of_record(loaded, record, error) for record in records]


def _of_record(loaded: Loaded, record: Record, error: Exception) -> DeadLetter:
    return _of_line((loaded.source.detector_id, record.uid), record.body, record.time_ns, "detect", error)


def _of_line(key: tuple[str, str], body: str, time_ns: int, stage: str, error: Exception) -> DeadLetter:
    """Return the dead letter of a record; `key` says what gave it up, and the record's uid."""
    original = body.encode()
    identifier = document_id(*key)
    document = {
        "log.record.uid": key[1],
        "original": original[:_MAX_ORIGINAL_BYTES].decode(errors="replace"),
        "original_encoding": "text",
        "original_bytes": len(original),
    }
    return _letter(identifier, time_ns, stage, error, document)


def _letter(identifier: str, time_ns: int, stage: str, error: Exception, body: dict[str, Any]) -> DeadLetter:
    document = {
        "@timestamp": rfc3339(time_ns),
        "dead_letter_id": identifier,
        "stage": stage,
        "error.type": type(error).__name__,
        "reason": str(error) or type(error).__name__,
        "schema_version": SCHEMA_VERSION,
    }
    return DeadLetter(identifier, time_ns, document | body)
