"""What the write room counts; telemetry exports it."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class WriteCounters:
    """Totals since the start. Each sink has its own; written by its thread only, read by any.

    Attributes:
        stored_documents: documents stored, or found to be stored already.
        retries: attempts that a sink made again.
        dead_letters: documents that the sink refused for good, by error.
        dropped_documents: documents that a secondary sink lost (the store has them).
    """

    stored_documents: int = 0
    retries: int = 0
    dead_letters: Counter[str] = field(default_factory=Counter)
    dropped_documents: int = 0
