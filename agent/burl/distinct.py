"""Distinct values of a column of integers, as `numpy.unique` gives them.

That takes twice as long for the short columns of a batch, and imports `numpy.ma`, which holds 4 MB for good.
"""

import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int64]


def distinct(values: _Ints) -> _Ints:
    """Return the distinct values (m), in order."""
    ordered = np.sort(values)
    return ordered[_heads(ordered)]


def distinct_inverse(values: _Ints) -> tuple[_Ints, _Ints]:
    """Return the distinct values (m), and for each of `values` (n) which of them it is."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    heads = _heads(ordered)
    inverse = np.empty(len(values), dtype=np.int64)
    inverse[order] = np.cumsum(heads) - 1
    return ordered[heads], inverse


def distinct_counts(values: _Ints) -> tuple[_Ints, _Ints, _Ints]:
    """Return the distinct values (m), where each first stands, and how often it occurs."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(_heads(ordered))
    return ordered[starts], order[starts], np.diff(starts, append=len(values))


def _heads(ordered: _Ints) -> npt.NDArray[np.bool_]:
    heads = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=heads[1:])
    return heads
