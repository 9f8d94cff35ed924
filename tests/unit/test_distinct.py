"""Distinct values: the law is what numpy.unique does."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.distinct import distinct, distinct_counts, distinct_inverse, in_order, is_in

_COLUMNS = st.lists(st.integers(-(2**62), 2**62) | st.integers(-3, 3), max_size=40)


@given(_COLUMNS)
def test_they_are_what_numpy_finds(numbers: list[int]) -> None:
    column = np.array(numbers, dtype=np.int64)
    values, first, inverse, counts = np.unique(
        column, return_index=True, return_inverse=True, return_counts=True
    )
    assert distinct(column).tolist() == values.tolist()
    assert [part.tolist() for part in distinct_inverse(column)] == [values.tolist(), inverse.tolist()]
    assert [part.tolist() for part in distinct_counts(column)] == [
        values.tolist(),
        first.tolist(),
        counts.tolist(),
    ]


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 70_000), max_size=60))
def test_equal_values_keep_their_order(values: list[int]) -> None:
    found = in_order(np.array(values, dtype=np.int64)).tolist()
    assert found == sorted(range(len(values)), key=values.__getitem__)


@given(_COLUMNS, _COLUMNS)
def test_what_is_among_some_is_found(numbers: list[int], some: list[int]) -> None:
    column = np.array(numbers, dtype=np.int64)
    found = is_in(column, np.array(sorted(some), dtype=np.int64))
    assert found.tolist() == [number in some for number in numbers]
