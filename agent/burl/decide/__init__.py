"""Raw scores -> grades by calibration, suppression, incidents; knows nothing of how they are stored."""

from burl.decide.annotation import (
    Annotation,
    CatalogueEntry,
    DeadLetter,
    Findings,
    Incident,
    LogRecord,
    annotation_id,
)

__all__ = ["Annotation", "CatalogueEntry", "DeadLetter", "Findings", "Incident", "LogRecord", "annotation_id"]
