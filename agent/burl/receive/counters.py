"""What the receive room counts; telemetry exports it."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class ReceiveCounters:
    """Totals since the start. Each field is written by one thread only, and read by any.

    Attributes:
        accepted_records: records given on in batches.
        refused_requests: requests put off or turned away, by reason.
        invalid_utf8: bodies that held bytes which are no UTF-8, replaced.
        truncated: bodies cut at `record_max_bytes`.
        damaged: records that are no LogRecord, handed to the dead letters.
        untimed: records that said no usable time of their own.
    """

    accepted_records: int = 0
    refused_requests: Counter[str] = field(default_factory=Counter)
    invalid_utf8: int = 0
    truncated: int = 0
    damaged: int = 0
    untimed: int = 0
