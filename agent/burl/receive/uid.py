"""The ids of records, hashed only when somebody asks for them: most records are held and let go unnamed."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

import numpy as np

from burl.receive.stream_table import Ints

GIVEN = -1
"""The ordinal of a record that has an id of its own."""


class Uids(NamedTuple):
    """The ids of records, or what they are hashed from beside the records' text: columns.

    An object of each would take more memory, and time, than all else that is held of a record but its text.

    Attributes:
        labels: the id itself, as text or as it came, or the key of the stream.
        said: the time that the record said, 0 for none; the 64 bits of an unsigned integer.
        ordinals: how often the same came before in its request, or GIVEN.
    """

    labels: Sequence[str | bytes]
    said: Ints
    ordinals: Ints

    @classmethod
    def given(cls, uids: Sequence[str | bytes]) -> Self:
        """Return ids that are known."""
        return cls(uids, np.zeros(len(uids), dtype=np.int64), np.full(len(uids), GIVEN))

    def take(self, indexes: Sequence[int] | Ints) -> "Uids":
        """Return those at these indexes, in that order."""
        rows = np.asarray(indexes, dtype=np.int64)
        labels = self.labels
        return Uids([labels[row] for row in rows.tolist()], self.said[rows], self.ordinals[rows])

    def texts(self, bodies: Iterable[str]) -> list[str]:
        """Return the ids of records whose whole texts are these."""
        columns = (self.labels, self.said.tolist(), self.ordinals.tolist(), bodies)
        return list(map(uid_of, *columns))

    def hashed(self, rows: Sequence[int], bodies: Iterable[str]) -> "Uids":
        """Return these, the ids of the rows known: `bodies` are the whole texts of those."""
        labels, ordinals = list(self.labels), self.ordinals.copy()
        for row, text in zip(rows, self.take(rows).texts(bodies), strict=True):
            labels[row], ordinals[row] = text, GIVEN
        return Uids(labels, self.said, ordinals)


class Held(NamedTuple):
    """What is kept of records while a unit that they are in is open, beside their columns in the batch."""

    uids: Uids
    trace_ids: Sequence[str]
    span_ids: Sequence[str]


def uid_of(label: str | bytes, said: int, ordinal: int, body: str) -> str:
    """Return the id of a record whose whole text is `body` (design.md, decision 3)."""
    if ordinal == GIVEN:
        return label if isinstance(label, str) else label.decode("utf-8", "replace")
    digest = hashlib.sha256(f"{label!s}\n{said % 2**64}\n{body}".encode()).hexdigest()[:32]
    return f"{digest}-{ordinal}"
