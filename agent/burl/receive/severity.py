"""Severity numbers (OpenTelemetry logs data model, section SeverityNumber)."""

import numpy as np

from burl.receive.batch import Ints
from burl.receive.records import Records

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


def severities(records: Records) -> Ints:
    """Return each record's severity number; where it gives none, what its text stands for, else 0."""
    if not records.has_severities:
        return np.zeros(len(records), dtype=np.int64)
    column = records.severity_numbers
    starts, ends = records.severity_texts
    for row in np.flatnonzero((column == 0) & (ends > starts)).tolist():
        column[row] = severity(0, records.text[starts[row] : ends[row]])
    return np.where(column <= _MAX, column, 0)


def severity(number: int, text: bytes) -> int:
    """Return the severity number of a record that gives this number (0 for none) and text."""
    found = number or _NUMBERS.get(text.strip().lower(), 0)
    return found if 0 < found <= _MAX else 0
