"""Finds the attributes of certain names among all of a batch's, without decoding any."""

from collections.abc import Iterable

from burl.receive.plain_walk import Fields
from burl.receive.records import Records
from burl.receive.walk import in_order

_ONE_BYTE = 0x80
"""Lengths below this take a varint of one byte."""


class AttributeFinder:
    """Finds serialised KeyValues by keys that come first in them, as every known serialiser has it."""

    def __init__(self, names: Iterable[str]) -> None:
        """Args: `names` are the keys to find; one of more than 127 bytes is never found."""
        keys = [name.encode() for name in names]
        self._heads = frozenset(b"\n" + bytes([len(key)]) + key for key in keys if len(key) < _ONE_BYTE)

    def knows(self, raw: bytes) -> bool:
        """Return True when the serialised KeyValue has one of the keys."""
        return raw[: 2 + raw[1]] in self._heads if len(raw) > 1 else False

    def find(self, records: Records) -> Fields:
        """Return the attributes that have one of the keys, in order."""
        return in_order([part for head, part in records.by_key if head in self._heads])
