"""Requests that are judged together, and how the journal keeps them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from lz4 import block

DIGEST_BYTES = 32
_PACKED = "packed"
"""The kind of a journal's entry that holds requests as they are kept now."""


@dataclass(frozen=True, slots=True)
class Member:
    """A request: when it arrived, its bytes, these packed, and the SHA-256 of what its sender sent, packed.

    Packing by LZ4 and hashing what is left costs less than hashing all and writing it to the journal: with
    Kubernetes attributes 0.5 us a line instead of 1.1, and a twelfth of the bytes (bench/end_to_end.py).
    """

    arrival_ns: int
    raw: bytes
    packed: bytes
    digest: bytes

    @classmethod
    def of(cls, raw: bytes, arrival_ns: int) -> "Member":
        """Return the request that `raw` is. Raises MemoryError."""
        packed: bytes = block.compress(raw)
        return cls(arrival_ns, raw, packed, hashlib.sha256(packed).digest())


@dataclass(frozen=True, slots=True)
class Group:
    """Requests of one sender, in order."""

    sender: str
    members: Sequence[Member]

    @property
    def digests(self) -> tuple[bytes, ...]:
        """Their digests."""
        return tuple(member.digest for member in self.members)

    def alone(self) -> "Iterator[Group]":
        """Yield each request as a group of its own."""
        return (Group(self.sender, [member]) for member in self.members)

    def entry(self, kept: Sequence[bytes]) -> tuple[Any, ...]:
        """Return the journal's entry of them; `kept` is what of each may be on disk."""
        columns = zip(self.members, kept, strict=True)
        return _PACKED, self.sender, [[m.digest, m.arrival_ns, _packed(m, raw)] for m, raw in columns]


def _packed(member: Member, kept: bytes) -> bytes:
    return member.packed if kept is member.raw else bytes(block.compress(kept))


def journaled(entry: tuple[Any, ...]) -> Group:
    """Return the requests of a journal's entry."""
    if entry[0] != _PACKED:
        return _as_before(entry)
    _, sender, rows = entry
    return Group(
        sender,
        [Member(arrival_ns, block.decompress(packed), packed, digest) for digest, arrival_ns, packed in rows],
    )


def _as_before(entry: tuple[Any, ...]) -> Group:
    """Return the requests of an older journal's entry; still older ones hold one, with its arrival alone."""
    _, digests, sender, arrivals, raw = entry
    if isinstance(arrivals, int):
        arrivals = [[arrivals, len(raw)]]
    ends = accumulate((size for _, size in arrivals), initial=0)
    columns = zip(pairwise(ends), split_digests(digests), arrivals, strict=True)
    return Group(
        sender,
        [
            Member(arrival_ns, raw[start:end], b"", digest)
            for (start, end), digest, (arrival_ns, _) in columns
        ],
    )


def split_digests(joined: bytes) -> tuple[bytes, ...]:
    """Return digests that were joined."""
    return tuple(joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES))
