"""Records -> streams, by the raw bytes of what names them."""

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise, repeat

import numpy as np

from burl.receive.attribute_finder import AttributeFinder
from burl.receive.batch import StreamTable
from burl.receive.entries import body_entries, resource_entries
from burl.receive.identity import identify, naming_attributes
from burl.receive.records import Records
from burl.receive.settings import MIB, IdentitySettings
from burl.receive.values import attributes, flatten

_Key = tuple[str, bytes, tuple[bytes, ...]]
"""Sender, serialised Resource, serialised KeyValues that name the stream."""
_MAX_CACHE_BYTES = 128 * MIB
"""Senders choose how long what names them is."""
_MAX_NAME_CHARS = 1024
"""Longer ones are cut: OpenSearch does not index them (`ignore_above`), and each stream keeps its own."""


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
        self._cached_bytes = 0
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
        if len(records.rows) or records.map_rows:
            return self._look_up(zip(repeat(sender), resources, self._naming(records), strict=False))
        found: list[int] = []
        for resource, run in groupby(resources):
            key, count = (sender, resource, ()), len(list(run))
            stream = self._cache.get(key)
            found += self._look_up(repeat(key, count)) if stream is None else [stream] * count
        return found

    def _look_up(self, keys: Iterable[_Key]) -> list[int]:
        get, learn = self._cache.get, self._learn
        return [learn(key) if (stream := get(key)) is None else stream for key in keys]

    def _naming(self, records: Records) -> list[tuple[bytes, ...]]:
        """Return the serialised KeyValues of each record that name its stream."""
        rows, starts, ends = self._names.find(records)
        text, bounds = records.text, np.searchsorted(rows, np.arange(len(records) + 1)).tolist()
        raws = [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        naming = [tuple(raws[first:end]) for first, end in pairwise(bounds)]
        for row in records.map_rows:
            naming[row] += tuple(filter(self._names.knows, body_entries(records.body(row))))
        return naming

    def _learn(self, key: _Key) -> int:
        sender, resource, naming = key
        said = flatten(attributes([*resource_entries(resource), *naming]))
        flat = {name: value[:_MAX_NAME_CHARS] for name, value in said.items()}
        stream = self._table.add(identify(flat, sender, self._settings))
        self._forget_changes()
        if stream != self._table.overflow:  # the next record may find a place: a cache must not decide that
            self._note(key, stream)
        return stream

    def _note(self, key: _Key, stream: int) -> None:
        _, resource, naming = key
        size = len(resource) + sum(map(len, naming))
        # with a place for each stream it is not emptied again and again
        is_full = len(self._cache) >= max(self._settings.cache_entries, len(self._table))
        if is_full or self._cached_bytes + size > _MAX_CACHE_BYTES:
            self._empty()
        self._cache[key] = stream
        self._cached_bytes += size

    def _empty(self) -> None:
        self._cache.clear()
        self._cached_bytes = 0

    def _forget_changes(self) -> None:
        """Empty the cache when a stream lost its place since it was filled."""
        if self._changes != self._table.changes:
            self._changes = self._table.changes
            self._empty()
