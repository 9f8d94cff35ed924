"""Records -> streams, by the raw bytes of what names them."""

from collections.abc import Iterable, Sequence
from itertools import pairwise, repeat

import numpy as np

from burl.receive.attribute_finder import AttributeFinder
from burl.receive.batch import StreamTable
from burl.receive.entries import body_entries, resource_entries
from burl.receive.identity import identify, naming_attributes
from burl.receive.records import Records
from burl.receive.settings import IdentitySettings
from burl.receive.values import attributes, flatten

_Key = tuple[str, bytes, tuple[bytes, ...]]
"""Sender, serialised Resource, serialised KeyValues that name the stream."""


class StreamFinder:
    """Finds the streams of records.

    The same pod sends the same bytes with every record, so attributes are decoded once for each distinct set
    of those that name streams; what differs from record to record (offset, time, uid) is not looked at.
    """

    def __init__(self, settings: IdentitySettings, table: StreamTable) -> None:
        self._settings = settings
        self._table = table
        self._names = AttributeFinder(naming_attributes(settings))
        self._cache: dict[_Key, int] = {}
        self._changes = table.changes

    def find(self, records: Records, resources: Sequence[bytes], sender: str) -> list[int]:
        """Return the index of each record's stream.

        An attribute takes part only when its key comes first in its bytes, as every known serialiser has it.

        Args:
            records: the records.
            resources: the serialised Resource of each.
            sender: who sent them, when nothing else says more.
        """
        self._forget_changes()
        get, learn = self._cache.get, self._learn
        keys = zip(repeat(sender), resources, self._naming(records), strict=False)
        return [learn(key) if (stream := get(key)) is None else stream for key in keys]

    def _naming(self, records: Records) -> Iterable[tuple[bytes, ...]]:
        """Return the serialised KeyValues of each record that name its stream."""
        if not len(records.rows) and not records.map_rows:
            return repeat((), len(records))
        rows, starts, ends = self._names.find(records)
        text, bounds = records.text, np.searchsorted(rows, np.arange(len(records) + 1)).tolist()
        raws = [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        naming = [tuple(raws[first:end]) for first, end in pairwise(bounds)]
        for row in records.map_rows:
            naming[row] += tuple(filter(self._names.knows, body_entries(records.body(row))))
        return naming

    def _learn(self, key: _Key) -> int:
        sender, resource, naming = key
        flat = flatten(attributes([*resource_entries(resource), *naming]))
        stream = self._table.add(identify(flat, sender, self._settings))
        self._forget_changes()
        if len(self._cache) >= self._settings.cache_entries:
            self._cache.clear()
        if stream != self._table.overflow:  # the next record may find a place: a cache must not decide that
            self._cache[key] = stream
        return stream

    def _forget_changes(self) -> None:
        """Empty the cache when a stream lost its place since it was filled."""
        if self._changes != self._table.changes:
            self._changes = self._table.changes
            self._cache.clear()
