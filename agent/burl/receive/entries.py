"""The serialised KeyValues of records and resources."""

from collections.abc import Sequence

from google.protobuf.message import DecodeError

from burl.receive.wire import LogRecord, any_value, key_values, resource_attributes

_MAP_TAG = bytes([6 << 3 | 2])
"""How a serialised AnyValue starts that holds a `kvlist_value`."""


def record_entries(record: LogRecord) -> Sequence[bytes]:
    """Return the record's serialised KeyValues; a map body's count as attributes."""
    if record.body[:1] != _MAP_TAG:
        return record.attributes
    return [*record.attributes, *body_entries(record.body)]


def resource_entries(resource: bytes) -> list[bytes]:
    """Return the serialised KeyValues of a serialised Resource; none when it is damaged."""
    try:
        return resource_attributes(resource)
    except DecodeError:
        return []


def body_entries(raw: bytes) -> list[bytes]:
    """Return the serialised KeyValues of a serialised AnyValue; none when it is damaged."""
    try:
        return key_values(any_value(raw).kvlist_value)
    except DecodeError:
        return []
