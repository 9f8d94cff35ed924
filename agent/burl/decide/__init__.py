"""Raw scores -> grades by calibration, suppression, incidents; knows nothing of how they are stored."""

from burl.decide.annotation import (
    Annotation,
    CatalogueEntry,
    DeadLetter,
    Findings,
    Incident,
    annotation_id,
)
from burl.decide.logs import LogPage, LogRecord, LogRecords

__all__ = [
    "Annotation",
    "CatalogueEntry",
    "DeadLetter",
    "Findings",
    "Incident",
    "LogPage",
    "LogRecord",
    "LogRecords",
    "annotation_id",
]
