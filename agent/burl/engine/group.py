"""Requests that are judged together, and how the journal keeps them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Member:
    """A request: its bytes, the SHA-256 of what its sender sent, and when it arrived."""

    raw: bytes
    digest: bytes
    arrival_ns: int


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
        """Return the journal's entry of them but for its blob: `kept`, what of each may be on disk."""
        sizes = [[member.arrival_ns, len(raw)] for member, raw in zip(self.members, kept, strict=True)]
        return "group", b"".join(self.digests), self.sender, sizes


def journaled(entry: tuple[Any, ...]) -> Group:
    """Return the requests of a journal's entry; those of older journals hold one, with its arrival alone."""
    _, digests, sender, arrivals, raw = entry
    if isinstance(arrivals, int):
        arrivals = [[arrivals, len(raw)]]
    ends = accumulate((size for _, size in arrivals), initial=0)
    columns = zip(pairwise(ends), split_digests(digests), arrivals, strict=True)
    return Group(
        sender,
        [Member(raw[start:end], digest, arrival_ns) for (start, end), digest, (arrival_ns, _) in columns],
    )


def split_digests(joined: bytes) -> tuple[bytes, ...]:
    """Return digests that were joined."""
    return tuple(joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES))
