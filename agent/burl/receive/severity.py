"""Severity numbers (OpenTelemetry logs data model, section SeverityNumber)."""

from collections.abc import Sequence

import numpy as np

from burl.receive.batch import Ints
from burl.receive.wire import LogRecord

_MAX = 24
_NUMBERS = {
    b"trace": 1,
    b"debug": 5,
    b"info": 9,
    b"information": 9,
    b"notice": 10,
    b"warn": 13,
    b"warning": 13,
    b"err": 17,
    b"error": 17,
    b"crit": 18,
    b"critical": 18,
    b"alert": 19,
    b"fatal": 21,
    b"panic": 21,
    b"emerg": 21,
    b"emergency": 21,
}


def severities(records: Sequence[LogRecord]) -> Ints:
    """Return each record's severity number; where it gives none, what its text stands for, else 0."""
    numbers = [
        record.severity_number or (record.severity_text and _of_text(record.severity_text)) or 0
        for record in records
    ]
    column = np.array(numbers, dtype=np.int64)
    return np.where((column > 0) & (column <= _MAX), column, 0)


def _of_text(text: bytes) -> int:
    return _NUMBERS.get(text.strip().lower(), 0)
