"""Records -> streams, by the raw bytes of what names them."""

from collections.abc import Sequence

from burl.receive.batch import StreamTable
from burl.receive.entries import resource_entries
from burl.receive.identity import attribute_heads, identify
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
        self._heads = attribute_heads(settings)
        self._cache: dict[_Key, int] = {}
        self._changes = table.changes

    def find(self, resource: bytes, entries: Sequence[Sequence[bytes]], sender: str) -> list[int]:
        """Return the index of each record's stream.

        An attribute takes part only when its key comes first in its bytes, as every known serialiser has it.

        Args:
            resource: the serialised Resource of the records.
            entries: the serialised KeyValues of each record.
            sender: who sent them, when nothing else says more.
        """
        self._forget_changes()
        streams = []
        nameless = -1
        for naming in entries:
            if naming:
                streams.append(self._look_up((sender, resource, self._naming(naming))))
                continue
            if nameless < 0:
                nameless = self._look_up((sender, resource, ()))
            streams.append(nameless)
        return streams

    def _look_up(self, key: _Key) -> int:
        stream = self._cache.get(key)
        return self._learn(key) if stream is None else stream

    def _naming(self, record: Sequence[bytes]) -> tuple[bytes, ...]:
        heads = self._heads
        try:
            # raw[1] is the length of the key.
            return tuple([raw for raw in record if raw[: 2 + raw[1]] in heads])
        except IndexError:
            return self._naming([raw for raw in record if len(raw) > 1])

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
