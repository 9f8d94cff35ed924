"""The ids that records bring along, as `log.record.uid` or another attribute."""

from collections.abc import Sequence

import numpy as np

from burl.receive.attribute_finder import AttributeFinder, Found
from burl.receive.records import Records
from burl.receive.values import attributes, text
from burl.receive.walk import Spans, delimited

_VALUE_TAG, _STRING_TAG = 2 << 3 | 2, 1 << 3 | 2
"""What stands before the value of a serialised KeyValue, and before the string of a serialised AnyValue."""


class GivenUids:
    """Finds the ids that records bring along; cheap where they come as every known serialiser writes them."""

    def __init__(self, names: Sequence[str]) -> None:
        """Args: `names` are the attributes that may hold it; the first that is there wins."""
        self._names = names
        self._keys = [name.encode() for name in names]
        self._finder = AttributeFinder(names)

    def find(self, records: Records) -> list[str]:
        """Return the id among each record's attributes, or nothing."""
        if not len(records.rows) and not records.map_rows:
            return [""] * len(records)
        found = self._finder.find(records)
        once = np.bincount(found.rows, minlength=len(records))[found.rows] == 1
        starts, ends = _strings(records, found)
        usual = once & (ends > starts)
        raws = map(records.text.__getitem__, map(slice, starts[usual].tolist(), ends[usual].tolist()))
        uids = dict(zip(found.rows[usual].tolist(), map(text, raws), strict=True))
        for row in records.map_rows:
            if any(key in records.body(row) for key in self._keys):
                uids.pop(row, None)  # what a map says counts for more than the attributes beside it
        if len(uids) < len(records) and any(key in records.text for key in self._keys):
            return [uids.get(row) or self._slowly(records.entries(row)) for row in range(len(records))]
        return [uids.get(row, "") for row in range(len(records))]

    def _slowly(self, entries: Sequence[bytes]) -> str:
        given = attributes(entries)
        return next((str(given[name]) for name in self._names if given.get(name)), "")


def _strings(records: Records, found: Found) -> Spans:
    """Return where the values stand of KeyValues that hold a string, as every serialiser writes it."""
    content = records.content
    at = found.starts + 2 + content[found.starts + 1]
    values, value_ends = delimited(content, at + 1)
    starts, ends = delimited(content, values + 1)
    whole = (content[at] == _VALUE_TAG) & (content[values] == _STRING_TAG)
    whole &= (value_ends == found.ends) & (ends == value_ends)
    return Spans(starts, np.where(whole, ends, starts))
