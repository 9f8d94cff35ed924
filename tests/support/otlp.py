"""OTLP requests, made of plain values."""

from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from burl.receive.batch import Batch, StreamTable
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings

SECOND_NS = 10**9
NOW_NS = 1_795_350_000 * SECOND_NS


def any_value(value: Any) -> AnyValue:
    """Return a value as OTLP has it; None is the value that says nothing."""
    if isinstance(value, dict):
        result = AnyValue()
        result.kvlist_value.SetInParent()
        result.kvlist_value.values.extend(key_values(value))
        return result
    if isinstance(value, list):
        result = AnyValue()
        result.array_value.SetInParent()
        result.array_value.values.extend(map(any_value, value))
        return result
    if value is None:
        return AnyValue()
    kinds = {
        str: "string_value",
        bytes: "bytes_value",
        bool: "bool_value",
        int: "int_value",
        float: "double_value",
    }
    return AnyValue(**{kinds[type(value)]: value})


def key_values(attributes: dict[str, Any]) -> list[KeyValue]:
    """Return attributes as OTLP has them."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def record(
    body: Any = "hello", time_ns: int = NOW_NS, attributes: dict[str, Any] | None = None, **fields: Any
) -> LogRecord:
    """Return a record; `fields` are further ones of its message."""
    return LogRecord(
        time_unix_nano=time_ns, body=any_value(body), attributes=key_values(attributes or {}), **fields
    )


def request(records: Iterable[LogRecord], resource: dict[str, Any] | None = None) -> bytes:
    """Return a serialised request of one resource."""
    message = ExportLogsServiceRequest()
    logs = message.resource_logs.add()
    logs.resource.attributes.extend(key_values(resource or {}))
    logs.scope_logs.add().log_records.extend(records)
    return message.SerializeToString()


def of_pod(name: str) -> dict[str, str]:
    """Return the resource of a pod of the shop's api."""
    return {"k8s.namespace.name": "shop", "k8s.pod.name": name, "k8s.container.name": "api"}


def decode(raw: bytes, sender: str = "peer", **settings: Any) -> list[Batch]:
    """Return the batches of a request that arrives at `NOW_NS`."""
    return list(Decoder(ReceiveSettings(**settings), StreamTable()).decode(raw, sender, NOW_NS))


def one(raw: bytes, **settings: Any) -> Batch:
    """Return the one batch of a request."""
    (batch,) = decode(raw, **settings)
    return batch


def uids(batches: Iterable[Batch]) -> list[str]:
    """Return the uids of all records, in order."""
    return [batch.origin.uid(index) for batch in batches for index in range(len(batch))]
