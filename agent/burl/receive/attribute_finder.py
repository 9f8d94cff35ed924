"""Finds the attributes of certain names among all of a batch's, without decoding any."""

from collections.abc import Iterable

import numpy as np

from burl.receive.by_key import begin_with, those
from burl.receive.plain_walk import Fields
from burl.receive.records import Records
from burl.receive.walk import in_order

_ONE_BYTE = 0x80
"""Lengths below this take a varint of one byte."""
_BYTE, _TWO_BYTES = 8, 0xFFFF


class AttributeFinder:
    """Finds serialised KeyValues by keys that come first in them, as every known serialiser has it."""

    def __init__(self, names: Iterable[str]) -> None:
        """Args: `names` are the keys to find; one of more than 127 bytes is never found."""
        keys = [name.encode() for name in names]
        self._heads = frozenset(b"\n" + bytes([len(key)]) + key for key in keys if len(key) < _ONE_BYTE)
        self._begins = np.zeros(_TWO_BYTES + 1, dtype=np.bool_)
        """By the length of a key and its first letter: whether one of the keys begins so."""
        for head in self._heads:
            self._begins[int.from_bytes(head[1:3], "little") if len(head) > 2 else slice(0, None, 256)] = True

    def knows(self, raw: bytes) -> bool:
        """Return True when the serialised KeyValue has one of the keys."""
        return raw[: 2 + raw[1]] in self._heads if len(raw) > 1 else False

    def find(self, records: Records) -> Fields:
        """Return the attributes that have one of the keys, in order."""
        parts, rest = records.by_key
        found = [part for head, part in parts if head in self._heads]
        if rest is not None:  # only the wanted are looked for
            rest = those(self._begins[records.words[rest.starts] >> _BYTE & _TWO_BYTES], rest)
            found += [those(begin_with(head, records.words, rest.starts), rest) for head in self._heads]
        return in_order(found)
