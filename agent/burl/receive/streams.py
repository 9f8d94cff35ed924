"""Records -> streams, by the raw bytes of what names them."""

import numpy as np

from burl.receive.alike import first_alike
from burl.receive.attribute_finder import AttributeFinder
from burl.receive.batch import Ints, StreamTable
from burl.receive.entries import body_entries, resource_entries
from burl.receive.identity import identify, naming_attributes
from burl.receive.plain_walk import Fields
from burl.receive.records import Records
from burl.receive.resources import Resources
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

    def find(self, records: Records, resources: Resources, sender: str) -> Ints:
        """Return the index of each record's stream.

        An attribute takes part only when its key comes first in its bytes, as every known serialiser has it.

        Args:
            records: the records.
            resources: whose they are.
            sender: who sent them, when nothing else says more.
        """
        self._forget_changes()
        if records.attributes or records.map_rows:
            return self._by_attributes(records, resources, sender)
        counts = np.bincount(resources.of_records, minlength=len(resources.raws)).tolist()
        keys: list[_Key] = [(sender, raw, ()) for raw in resources.raws]
        found = list(map(self._cache.get, keys))
        if None in found:
            found = [self._stream(key, count) for key, count in zip(keys, counts, strict=True)]
        return np.array(found, dtype=np.int64)[resources.of_records]

    def _by_attributes(self, records: Records, resources: Resources, sender: str) -> Ints:
        """Return the streams of records that say themselves who wrote them, asked once for those alike."""
        naming, maps = self._names.find(records), frozenset(records.map_rows)
        kinds = resources.of_records.copy()
        kinds[records.map_rows] = len(resources.raws) + np.arange(len(maps))  # bodies are not compared
        firsts = first_alike(records, naming, kinds)
        counts = np.bincount(firsts, minlength=len(records))
        rows = counts.nonzero()[0]
        bounds = (naming.rows.searchsorted(rows, side).tolist() for side in ("left", "right"))
        found = np.empty(len(records), dtype=np.int64)
        for row, count, first, end in zip(rows.tolist(), counts[rows].tolist(), *bounds, strict=True):
            said = _raws(records, naming, slice(first, end)) if first < end else ()
            if row in maps:
                said = (*said, *filter(self._names.knows, body_entries(records.body(row))))
            found[row] = self._stream((sender, resources.raw(row), said), count)
        return found[firsts]

    def _stream(self, key: _Key, count: int) -> int:
        """Return the stream of `count` records; the table counts each that finds no place."""
        stream = -1
        for _ in range(count):
            known = self._cache.get(key)
            if known is not None:
                return known
            stream = self._learn(key)
        return stream

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


def _raws(records: Records, naming: Fields, which: slice) -> tuple[bytes, ...]:
    """Return the serialised KeyValues that are these of those found."""
    places = zip(naming.starts[which].tolist(), naming.ends[which].tolist(), strict=True)
    return tuple(records.text[start:end] for start, end in places)
