"""The ids that records bring along, as `log.record.uid` or another attribute."""

from collections.abc import Sequence

import numpy as np

from burl.receive.attribute_finder import AttributeFinder
from burl.receive.plain_walk import Fields
from burl.receive.records import Records
from burl.receive.values import attributes
from burl.receive.walk import Spans, delimited

_BYTE, _FIRST = 8, 0xFF
_VALUE_TAG, _STRING_TAG = 2 << 3 | 2, 1 << 3 | 2
"""What stands before the value of a serialised KeyValue, and before the string of a serialised AnyValue."""


class GivenUids:
    """Finds the ids that records bring along; cheap where they come as every known serialiser writes them."""

    def __init__(self, names: Sequence[str]) -> None:
        """Args: `names` are the attributes that may hold it; the first that is there wins."""
        self._names = names
        self._keys = [name.encode() for name in names]
        self._finder = AttributeFinder(names)

    def find(self, records: Records) -> list[bytes]:
        """Return the id among each record's attributes, or nothing; invalid UTF-8 is left in it."""
        nothing = [b""] * len(records)
        if not records.attributes and not records.map_rows:
            return nothing
        found = self._finder.find(records)
        once = np.bincount(found.rows, minlength=len(records))[found.rows] == 1
        starts, ends = _strings(records, found)
        usual = once & (ends > starts)
        places = zip(starts[usual].tolist(), ends[usual].tolist(), strict=True)
        raws = [records.text[start:end] for start, end in places]
        if len(raws) == len(records) and not records.map_rows:
            return raws
        uids = dict(zip(found.rows[usual].tolist(), raws, strict=True))
        for row in records.map_rows:
            if any(key in records.body(row) for key in self._keys):
                uids.pop(row, None)  # what a map says counts for more than the attributes beside it
        if any(key in records.text for key in self._keys):
            return [uids.get(row) or self._slowly(records.entries(row)) for row in range(len(records))]
        return nothing

    def _slowly(self, entries: Sequence[bytes]) -> bytes:
        given = attributes(entries)
        return next((str(given[name]).encode() for name in self._names if given.get(name)), b"")


def _strings(records: Records, found: Fields) -> Spans:
    """Return where the values stand of KeyValues that hold a string, as every serialiser writes it."""
    at = found.starts + 2 + records.content[found.starts + 1]
    heads = records.words[at]
    values, value_ends = delimited(heads >> _BYTE, at + 1)
    kinds = records.words[values]
    starts, ends = delimited(kinds >> _BYTE, values + 1)
    whole = (heads & _FIRST == _VALUE_TAG) & (kinds & _FIRST == _STRING_TAG)
    whole &= (value_ends == found.ends) & (ends == value_ends)
    return Spans(starts, np.where(whole, ends, starts))
