"""What the receive room gives: a `Batch` of records as columns, and the streams they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import orjson

from burl.json_strings import json_strings
from burl.receive.stream_table import Identity, Ints, StreamTable
from burl.receive.uid import Held, Uids

__all__ = ["Batch", "Identity", "Ints", "Origin", "StreamTable"]


class Origin(Protocol):
    """Where a batch's records came from: what only annotated records are asked for, decoded on demand.

    Indexes are positions in the batch.
    """

    def uid(self, index: int) -> str:
        """`log.record.uid`, else a hash of stream, said time and body + its ordinal among equals."""
        ...

    def attributes(self, index: int) -> dict[str, Any]:
        """All attributes of the record, nested as they came, flat resource attributes included."""
        ...

    def trace_id(self, index: int) -> str:
        """Lower-case hex, or an empty string."""
        ...

    def span_id(self, index: int) -> str:
        """Lower-case hex, or an empty string."""
        ...

    def held(self, indexes: Sequence[int]) -> Held:
        """What is kept of these records until they are judged; an origin of many may do it more cheaply."""
        return Held(
            Uids.given([self.uid(index) for index in indexes]),
            [self.trace_id(index) for index in indexes],
            [self.span_id(index) for index in indexes],
        )

    def attribute_strings(self, indexes: Sequence[int]) -> list[bytes]:
        """`attributes` of these records, each as JSON in a JSON string; an origin of many does it cheaper."""
        return json_strings([orjson.dumps(self.attributes(index), default=str).decode() for index in indexes])


@dataclass(slots=True)
class Batch:
    """At most 4,096 records of one sender, as columns of equal length.

    Attributes:
        bodies: the text of each record (invalid UTF-8 replaced), multi-line records whole.
        times_ns: event time by design.md decision 6, nanoseconds since the epoch.
        timed: False where the record said no usable time of its own (it never moves the watermark).
        streams: index into the `StreamTable`.
        severities: OpenTelemetry severity numbers, 0 where unknown.
        sender: whose clock the watermark follows: a configured attribute, else the peer's host.
        arrival_ns: when the request arrived, kept with its digest.
        origin: the rest of each record, on demand.
        damaged: serialised records that could not be parsed, for the dead letters; not among the columns.
    """

    bodies: list[str]
    times_ns: Ints
    timed: npt.NDArray[np.bool_]
    streams: Ints
    severities: Ints
    sender: str
    arrival_ns: int
    origin: Origin
    damaged: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.bodies)
