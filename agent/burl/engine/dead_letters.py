"""Dead letters of the engine: what could not be judged is kept with its reason, never thrown away."""

import base64
import hashlib
from typing import Any

from burl.decide import DeadLetter
from burl.decide.annotation import SCHEMA_VERSION
from burl.decide.times import rfc3339
from burl.detect import Units
from burl.engine.loaded import Loaded
from burl.window import Events, Intervals, Record

_MAX_ORIGINAL_BYTES = 512 * 1024


def unusable(raw: bytes, arrival_ns: int, stage: str, error: Exception) -> list[DeadLetter]:
    """Return the dead letters of a request that could not be taken apart, in pieces that a store takes."""
    digest = hashlib.sha256(raw).hexdigest()
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
    original = record.body.encode()
    identifier = hashlib.sha256(f"{loaded.source.detector_id}\n{record.uid}".encode()).hexdigest()[:32]
    body = {
        "log.record.uid": record.uid,
        "original": original[:_MAX_ORIGINAL_BYTES].decode(errors="replace"),
        "original_encoding": "text",
        "original_bytes": len(original),
    }
    return _letter(identifier, record.time_ns, "detect", error, body)


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
