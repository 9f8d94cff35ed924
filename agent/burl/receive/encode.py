"""Serialises OTLP logs; nested messages are joined by hand, because their parts are bytes already."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as FullRecord
from opentelemetry.proto.logs.v1.logs_pb2 import SeverityNumber

from burl.receive.wire import LogRecord

_LENGTH_DELIMITED = 2
_RESOURCE_LOGS = _RESOURCE = _RESOURCE_ATTRIBUTE = 1
_SCOPE_LOGS = _RECORD = 2
_BODY, _ATTRIBUTE = 5, 6
"""Field numbers of opentelemetry-proto, `logs.proto` and `resource.proto`."""


def encode_request(pieces: Iterable[tuple[Sequence[bytes], Sequence[bytes]]]) -> bytes:
    """Return an ExportLogsServiceRequest of pairs: a resource's KeyValues, its LogRecords; all serialised."""
    return b"".join(_framed(_RESOURCE_LOGS, _resource_logs(*piece)) for piece in pieces)


def encode_record(record: LogRecord, *, severity: int, body: str, attributes: Iterable[bytes]) -> bytes:
    """Return `record` serialised, with this severity, text, and serialised KeyValues instead of its own."""
    scalars = FullRecord(
        time_unix_nano=record.time_unix_nano,
        observed_time_unix_nano=record.observed_time_unix_nano,
        trace_id=record.trace_id,
        span_id=record.span_id,
    )
    # An open enum: any number may be there.
    scalars.severity_number = cast("SeverityNumber.ValueType", severity)
    parts = [scalars.SerializeToString(), _framed(_BODY, AnyValue(string_value=body).SerializeToString())]
    return b"".join([*parts, *(_framed(_ATTRIBUTE, raw) for raw in attributes)])


def encode_attributes(values: Mapping[str, Any]) -> list[bytes]:
    """Return serialised KeyValues of JSON-able values."""
    return [_key_value(key, value).SerializeToString() for key, value in values.items()]


def _key_value(key: str, value: Any) -> KeyValue:
    return KeyValue(key=key, value=_any_value(value))


def _any_value(value: Any) -> AnyValue:
    found = AnyValue()
    if isinstance(value, bool):
        found.bool_value = value
    elif isinstance(value, int):
        found.int_value = value
    elif isinstance(value, float):
        found.double_value = value
    elif isinstance(value, str):
        found.string_value = value
    elif isinstance(value, Mapping):
        found.kvlist_value.values.extend(_key_value(key, item) for key, item in value.items())
    elif isinstance(value, list):
        found.array_value.values.extend(map(_any_value, value))
    return found


def _resource_logs(resource: Iterable[bytes], records: Iterable[bytes]) -> bytes:
    named = b"".join(_framed(_RESOURCE_ATTRIBUTE, raw) for raw in resource)
    return _framed(_RESOURCE, named) + _framed(
        _SCOPE_LOGS, b"".join(_framed(_RECORD, raw) for raw in records)
    )


def _framed(number: int, payload: bytes) -> bytes:
    return bytes([number << 3 | _LENGTH_DELIMITED]) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value > 0x7F:  # seven bits to a byte
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)
