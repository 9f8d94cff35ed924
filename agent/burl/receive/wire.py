"""The wire format of OTLP logs, read with slim descriptors.

They are opentelemetry-proto's own, with `string` declared `bytes` (Fluent Bit sends invalid UTF-8, which
stock protobuf refuses) and everything nested left as raw bytes, records included: `burl.receive.records`
reads those all at once, the same pod sends the same attributes again and again, and a damaged or deeply
nested value costs nobody but itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, cast

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.resource.v1 import resource_pb2

from burl.receive.framing import submessages

PIECE_BYTES = 2 * 1024 * 1024
"""Largest stretch cut into records at once, which holds the GIL: about 3 ms."""

_NO_SEVERITY = 127
"""A severity number that stands for none, like all over 24."""
_RAW_FIELDS = {
    "AnyValue": {"array_value", "kvlist_value"},
    "ArrayValue": {"values"},
    "KeyValueList": {"values"},
    "Resource": {"attributes"},
    "LogRecord": {"attributes", "body"},
    "ScopeLogs": {"scope", "log_records"},
    "ResourceLogs": {"resource"},
}
_GIVEN_TWICE = {("ResourceLogs", "resource")}
"""A message given twice is merged, which in this format is to be concatenated."""


class AnyValue(Protocol):
    """`opentelemetry.proto.common.v1.AnyValue`; containers hold their serialised form."""

    string_value: bytes
    bytes_value: bytes
    array_value: bytes
    kvlist_value: bytes

    def WhichOneof(self, oneof_group: str) -> str | None:
        """Return the name of the field that is set."""
        ...


class KeyValue(Protocol):
    """`opentelemetry.proto.common.v1.KeyValue`."""

    key: bytes
    value: AnyValue


class LogRecord(Protocol):
    """`opentelemetry.proto.logs.v1.LogRecord`; body and attributes are serialised AnyValue and KeyValues."""

    time_unix_nano: int
    observed_time_unix_nano: int
    severity_number: int
    severity_text: bytes
    body: bytes
    attributes: Sequence[bytes]
    trace_id: bytes
    span_id: bytes


def _slim_pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    for module in (common_pb2, resource_pb2, logs_pb2, logs_service_pb2):
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        for message in file.message_type:
            _slim(message)
        pool.AddSerializedFile(file.SerializeToString())
    return pool


def _slim(message: descriptor_pb2.DescriptorProto) -> None:
    raw = _RAW_FIELDS.get(message.name, set())
    for field in message.field:
        if field.type == field.TYPE_STRING or field.name in raw:
            field.type = field.TYPE_BYTES
            field.ClearField("type_name")
        if (message.name, field.name) in _GIVEN_TWICE:
            field.label = field.LABEL_REPEATED


_POOL = _slim_pool()


def _message(name: str) -> Any:
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"opentelemetry.proto.{name}"))


_Request = _message("collector.logs.v1.ExportLogsServiceRequest")
_ScopeLogs = _message("logs.v1.ScopeLogs")
_LogRecord = _message("logs.v1.LogRecord")
_Resource = _message("resource.v1.Resource")
_KeyValue = _message("common.v1.KeyValue")
_KeyValueList = _message("common.v1.KeyValueList")
_AnyValue = _message("common.v1.AnyValue")
_ArrayValue = _message("common.v1.ArrayValue")


def any_value(raw: bytes) -> AnyValue:
    """Parse one serialised AnyValue. Raises DecodeError."""
    return cast("AnyValue", _AnyValue.FromString(raw))


def log_record(raw: bytes) -> LogRecord:
    """Parse one serialised LogRecord. Raises DecodeError."""
    return cast("LogRecord", _LogRecord.FromString(raw))


def canonical_record(raw: bytes) -> bytes | None:
    """Return a serialised LogRecord as every serialiser writes it, fields that nobody reads left out.

    None when it is damaged. Each field is there once, and a varint takes one byte.
    """
    try:
        record: Any = _LogRecord.FromString(raw)
    except DecodeError:
        return None
    record.DiscardUnknownFields()
    record.ClearField("dropped_attributes_count")
    if not 0 <= record.severity_number <= _NO_SEVERITY:
        record.severity_number = _NO_SEVERITY
    canonical: bytes = record.SerializeToString()
    return canonical


def key_value(raw: bytes) -> KeyValue:
    """Parse one serialised KeyValue. Raises DecodeError."""
    return cast("KeyValue", _KeyValue.FromString(raw))


def key_values(raw: bytes) -> list[bytes]:
    """Return the serialised KeyValues of a serialised KeyValueList. Raises DecodeError."""
    return list(_KeyValueList.FromString(raw).values)


def array_values(raw: bytes) -> list[AnyValue]:
    """Return the values of a serialised ArrayValue. Raises DecodeError."""
    return [any_value(value) for value in _ArrayValue.FromString(raw).values]


def resource_attributes(raw: bytes) -> list[bytes]:
    """Return the serialised KeyValues of a serialised Resource. Raises DecodeError."""
    return list(_Resource.FromString(raw).attributes)


class Piece(NamedTuple):
    """A stretch of one resource's records whose framing is sound.

    Attributes:
        resource: the serialised Resource they belong to.
        raw: a serialised ScopeLogs; empty when `cut` is there.
        cut: its serialised records, where that was the cheapest way to see that all is sound.
    """

    resource: bytes
    raw: bytes
    cut: list[bytes] | None = None

    def records(self) -> list[bytes]:
        """Return the serialised LogRecords; what each of them holds has not been looked at."""
        found = _records(self.raw) if self.cut is None else self.cut
        if found is None:
            found = [self.raw[start:end] for start, end in submessages(self.raw, 0, len(self.raw), 2)]
        return found


def _records(raw: bytes) -> list[bytes] | None:
    try:
        return list(_ScopeLogs.FromString(raw).log_records)
    except DecodeError:
        return None


def read_request(raw: bytes) -> list[Piece]:
    """Cut a serialised ExportLogsServiceRequest into pieces of about `PIECE_BYTES`.

    Raises:
        Undecodable: the framing of requests, resources or records is broken; nothing of it can be trusted.
    """
    if len(raw) <= PIECE_BYTES:
        with suppress(DecodeError):  # then by hand, to say what is wrong with it
            return _read_at_once(raw)
    pieces: list[Piece] = []
    for start, end in submessages(raw, 0, len(raw), 1):
        resource = b"".join(raw[a:b] for a, b in submessages(raw, start, end, 1))
        for a, b in submessages(raw, start, end, 2):
            is_sound = b - a <= PIECE_BYTES and _records(raw[a:b]) is not None
            pieces += (Piece(resource, raw[c:d]) for c, d in ([(a, b)] if is_sound else _cut(raw, a, b)))
    return pieces


def _read_at_once(raw: bytes) -> list[Piece]:
    return [
        Piece(_merged(of_resource.resource), b"", of_scope.log_records[:])
        for of_resource in _Request.FromString(raw).resource_logs
        for of_scope in of_resource.scope_logs
    ]


def _merged(raws: Sequence[bytes]) -> bytes:
    return raws[0] if len(raws) == 1 else b"".join(raws)  # `join` alone takes thrice as long


def _cut(raw: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a ScopeLogs between records; yields only when all of it was walked through."""
    cuts = [start]
    for _, record_end in submessages(raw, start, end, 2):
        if record_end - cuts[-1] >= PIECE_BYTES:
            cuts.append(record_end)
    return zip(cuts, [*cuts[1:], end], strict=True)
