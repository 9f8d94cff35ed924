"""The ids that records bring along, as `log.record.uid` or another attribute."""

from collections.abc import Sequence

from burl.receive.bodies import string_of
from burl.receive.values import attributes

_VALUE_TAG = 2 << 3 | 2
"""What stands before the value of a serialised KeyValue."""


class GivenUids:
    """Finds the ids that records bring along; cheap where they come as every known serialiser writes them."""

    def __init__(self, names: Sequence[str]) -> None:
        """Args: `names` are the attributes that may hold it; the first that is there wins."""
        self._names = names
        keys = [name.encode() for name in names]
        self._keys = keys
        self._heads = tuple(b"\n" + bytes([len(key)]) + key for key in keys if len(key) < 0x80)  # noqa: PLR2004 - a varint of one byte

    def may_be_in(self, request: bytes) -> bool:
        """Return False when no record of the serialised request brings an id along."""
        return any(key in request for key in self._keys)

    def find(self, entries: Sequence[bytes]) -> str:
        """Return the id among the serialised KeyValues of a record, or nothing."""
        found = [raw for raw in entries if raw.startswith(self._heads)]
        if len(found) == 1 and (text := _string_value(found[0])):
            return text
        given = attributes(entries)
        return next((str(given[name]) for name in self._names if given.get(name)), "")


def _string_value(raw: bytes) -> str:
    """Return the value of a serialised KeyValue where it is a string of the usual form, else nothing."""
    start = 2 + raw[1]
    if len(raw) < start + 2 or raw[start] != _VALUE_TAG:
        return ""
    size, first = raw[start + 1], start + 2
    if size >= 0x80:  # noqa: PLR2004 - a varint of two bytes
        size, first = (size & 0x7F) | raw[first] << 7 if len(raw) > first else 0, first + 1
    return string_of(raw[first:]).decode("utf-8", "replace") if size == len(raw) - first else ""
