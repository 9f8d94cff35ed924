"""The id of a record, hashed only when somebody asks for it: most records are held and let go unnamed."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

Unhashed = tuple[str, int, int]
"""Key of its stream, the time it said (0 for none), how often the same came before in its request."""

Uid = str | bytes | Unhashed
"""A record's id, as text or as it came, or what it is hashed from beside the record's text."""


class Held(NamedTuple):
    """What is kept of records while a unit that they are in is open, beside their columns in the batch."""

    uids: Sequence[Uid]
    trace_ids: Sequence[str]
    span_ids: Sequence[str]


def uid_of(uid: Uid, body: str) -> str:
    """Return the id of a record whose whole text is `body` (design.md, decision 3)."""
    if isinstance(uid, str):
        return uid
    if isinstance(uid, bytes):
        return uid.decode("utf-8", "replace")
    stream, said, ordinal = uid
    digest = hashlib.sha256(f"{stream}\n{said}\n{body}".encode()).hexdigest()[:32]
    return f"{digest}-{ordinal}"
