import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from burl.engine.group import Group, Member, journaled
from burl.engine.journal import Journal, read_journal

REQUESTS = st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 2**62)), min_size=1, max_size=4)


def of(requests: list[tuple[bytes, int]]) -> Group:
    return Group("peer", [Member.of(raw, arrival_ns) for raw, arrival_ns in requests])


def through_a_journal(*entry: object) -> Group:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "journal"
        journal = Journal(path)
        journal.append(*entry)
        journal.close()
        (read,) = read_journal(path)
    return journaled(read)


@given(REQUESTS)
def test_the_journal_gives_requests_back(requests: list[tuple[bytes, int]]) -> None:
    group = of(requests)
    assert through_a_journal(*group.entry([raw for raw, _ in requests])) == group


@given(REQUESTS)
def test_only_what_may_be_kept_is_in_the_journal(requests: list[tuple[bytes, int]]) -> None:
    group = of(requests)
    again = through_a_journal(*group.entry([b"redacted"] * len(requests)))
    assert [member.raw for member in again.members] == [b"redacted"] * len(requests)
    assert again.digests == group.digests


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_the_same_bytes_and_no_others_have_the_same_digest(one: bytes, other: bytes) -> None:
    assert Member.of(one, 1).digest == Member.of(bytes(bytearray(one)), 2).digest
    assert (Member.of(one, 1).digest == Member.of(other, 1).digest) == (one == other)


def test_journals_of_earlier_releases_are_read() -> None:
    digests = [hashlib.sha256(raw).digest() for raw in (b"first", b"next one")]
    together = journaled(("group", b"".join(digests), "peer", [[7, 5], [8, 8]], b"firstnext one"))
    assert [(m.raw, m.digest, m.arrival_ns) for m in together.members] == [
        (b"first", digests[0], 7),
        (b"next one", digests[1], 8),
    ]
    alone = journaled(("request", digests[0], "peer", 7, b"first"))
    assert [(m.raw, m.digest, m.arrival_ns) for m in alone.members] == [(b"first", digests[0], 7)]
