"""Ids of records as columns: the same as one by one, and what is hashed once stays so."""

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.receive.uid import GIVEN, Uids

_ROWS = st.lists(
    st.tuples(st.sampled_from(["a/b/c", "d"]), st.integers(0, 2**64 - 1), st.integers(GIVEN, 2), st.text()),
    max_size=6,
)
_Rows = list[tuple[str, int, int, str]]


def _columns(rows: _Rows) -> tuple[Uids, list[str]]:
    said = np.asarray([said for _, said, *_ in rows], dtype=np.uint64).view(np.int64)
    ordinals = np.asarray([ordinal for _, _, ordinal, _ in rows], dtype=np.int64)
    return Uids([label for label, *_ in rows], said, ordinals), [body for *_, body in rows]


def _uid(label: str, said: int, ordinal: int, body: str) -> str:
    digest = hashlib.sha256(f"{label}\n{said}\n{body}".encode()).hexdigest()[:32]
    return label if ordinal == GIVEN else f"{digest}-{ordinal}"


@given(_ROWS)
def test_an_id_is_given_or_hashed_from_stream_time_and_text(rows: _Rows) -> None:
    uids, bodies = _columns(rows)
    assert uids.texts(bodies) == [_uid(*row) for row in rows]


@given(_ROWS, st.data())
def test_what_is_hashed_needs_its_text_no_more(rows: _Rows, data: st.DataObject) -> None:
    uids, bodies = _columns(rows)
    long = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1))) if rows else ())
    cut = ["" if row in long else body for row, body in enumerate(bodies)]
    assert uids.hashed(long, [bodies[row] for row in long]).texts(cut) == uids.texts(bodies)


@given(_ROWS, st.data())
def test_some_are_what_they_are_among_all(rows: _Rows, data: st.DataObject) -> None:
    uids, bodies = _columns(rows)
    taken = data.draw(st.lists(st.integers(0, len(rows) - 1))) if rows else []
    texts = uids.texts(bodies)
    assert uids.take(taken).texts([bodies[row] for row in taken]) == [texts[row] for row in taken]


def test_an_id_that_came_as_bytes_is_text_when_it_is_asked_for() -> None:
    assert Uids.given(["one", b"two", b"\xff"]).texts(["", "", ""]) == ["one", "two", "�"]
