"""Which records have the same attributes, without looking at any of them alone.

Cutting them out and hashing them, record by record, took twice as long (bench/end_to_end.py, the case with
Kubernetes attributes).
"""

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct
from burl.receive.plain_walk import Fields
from burl.receive.records import Records
from burl.receive.stream_table import Ints

_WORD = 8
_FROM_START, _FROM_END = (40, 48, 56), 12
"""Where words of an attribute are looked at first: there stand names of pods; before `.log` a container's."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MOST_LENGTHS = 256
"""Attributes are compared length by length; of more lengths the rest passes for unlike."""


def first_alike(records: Records, found: Fields, kinds: Ints) -> Ints:
    """Return for each record the first one of its kind whose attributes are the same bytes.

    It may be the record itself though there is another: what is told here saves work, and must be right.

    Args:
        records: n records.
        found: those of their attributes that count.
        kinds: of each record (n), what must be equal besides.
    """
    bounds = found.rows.searchsorted(np.arange(len(records) + 1))
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), _signs(records, found).cumsum()))
    signs = kinds.astype(np.uint64) * _FACTOR + sums[bounds[1:]] - sums[bounds[:-1]]
    firsts = _firsts(signs)
    same = _are_same(records, found, bounds, firsts) & (kinds == kinds[firsts])
    return np.where(same, firsts, np.arange(len(records)))


def _signs(records: Records, found: Fields) -> npt.NDArray[np.uint64]:
    """Return a number for each attribute, the same for the same bytes; as for others, most often another."""
    starts, lasts = found.starts, found.ends - _WORD
    lengths = signs = (lasts - starts).astype(np.uint64)
    for at in (*(np.minimum(starts + place, lasts) for place in _FROM_START), found.ends - _FROM_END):
        signs = signs * _FACTOR + records.words[np.maximum(at, starts)].view(np.uint64)
    return np.where(lasts >= starts, signs, lengths)  # behind a short one stands what is none of its own


def _firsts(signs: npt.NDArray[np.uint64]) -> Ints:
    """Return for each number where it stands first."""
    order = signs.argsort(kind="stable")
    ordered = signs[order]
    heads = np.ones(len(signs), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=heads[1:])
    firsts = np.empty(len(signs), dtype=np.int64)
    firsts[order] = order[heads][heads.cumsum() - 1]
    return firsts


def _are_same(records: Records, found: Fields, bounds: Ints, firsts: Ints) -> npt.NDArray[np.bool_]:
    """Return whether each record has the same attributes as the one of `firsts`."""
    counts = np.diff(bounds)
    same: npt.NDArray[np.bool_] = counts == counts[firsts]
    mine = np.flatnonzero(same[found.rows])
    theirs = mine + (bounds[firsts] - bounds[:-1])[found.rows[mine]]
    lengths = found.ends - found.starts
    unlike = lengths[mine] != lengths[theirs]
    for number, length in enumerate(distinct(lengths[mine]).tolist()):
        places = np.flatnonzero((lengths[mine] == length) & ~unlike)
        if number < _MOST_LENGTHS:
            texts = _stretches(records.text, length)
            here, there = (texts[found.starts[of[places]]].view(np.uint8) for of in (mine, theirs))
            different = here != there
            if different.any():
                unlike[places] = different.reshape(-1, length).any(axis=1)
        else:
            unlike[places] = True
    same[found.rows[mine[unlike]]] = False
    return same


def _stretches(text: bytes, length: int) -> npt.NDArray[np.bytes_]:
    """Return the stretch of `length` bytes from each place on."""
    return np.ndarray((len(text) - length + 1,), dtype=f"S{length}", buffer=text, strides=(1,))
