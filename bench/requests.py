"""Serialised export requests, made before anything is measured."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from struct import Struct
from typing import Literal

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs

from bench.lines import Line

LENGTH = Struct("<I")
"""Before each request in a file."""
_KUBERNETES = ("k8s.namespace.name", "k8s.pod.name", "k8s.container.name")


@dataclass(frozen=True, slots=True)
class Form:
    """How records are sent.

    Attributes:
        records: how many a request holds.
        attributes: "plain" names pod and container in the resource, as the Collector does; "kubernetes" at
            every record, as Fluent Bit does under our recommended configuration (seven attributes).
        extra: further string attributes of every record.
    """

    records: int = 500
    attributes: Literal["plain", "kubernetes"] = "plain"
    extra: int = 0


def requests(lines: Iterable[Line], form: Form) -> Iterator[bytes]:
    """Yield the requests that `lines` make."""
    rows = iter(lines)
    offset = 0
    while chunk := list(islice(rows, form.records)):
        message = ExportLogsServiceRequest()
        if form.attributes == "plain":
            _by_resource(message, chunk, form)
        else:
            _by_record(message, chunk, offset, form)
        offset += len(chunk)
        yield message.SerializeToString()


def write_requests(path: Path, raws: Iterable[bytes]) -> Path:
    """Write requests to a file for the sending process; return its path."""
    with path.open("wb") as file:
        for raw in raws:
            file.write(LENGTH.pack(len(raw)) + raw)
    return path


def read_requests(path: Path) -> Iterator[bytes]:
    """Yield the requests of a file."""
    with path.open("rb") as file:
        while head := file.read(LENGTH.size):
            yield file.read(LENGTH.unpack(head)[0])


def _by_resource(message: ExportLogsServiceRequest, chunk: list[Line], form: Form) -> None:
    by_stream: dict[tuple[str, str, str], ResourceLogs] = {}
    for line in chunk:
        logs = by_stream.get(line.stream)
        if logs is None:
            logs = by_stream[line.stream] = message.resource_logs.add()
            for key, value in zip(_KUBERNETES, line.stream, strict=True):
                logs.resource.attributes.add(key=key).value.string_value = value
            logs.scope_logs.add()
        _extend(_add(logs, line), form.extra)


def _by_record(message: ExportLogsServiceRequest, chunk: list[Line], offset: int, form: Form) -> None:
    logs = message.resource_logs.add()
    logs.scope_logs.add()
    for number, line in enumerate(chunk, offset):
        record = _add(logs, line)
        record.attributes.extend(_of_fluent_bit(line, number))
        _extend(record, form.extra)


def _add(logs: ResourceLogs, line: Line) -> LogRecord:
    record = logs.scope_logs[0].log_records.add(time_unix_nano=line.time_ns)
    record.body.string_value = line.body
    return record


def _extend(record: LogRecord, extra: int) -> None:
    for number in range(extra):
        record.attributes.add(key=f"app.label.{number}").value.string_value = f"value-{number}"


def _of_fluent_bit(line: Line, number: int) -> Iterator[KeyValue]:
    """Yield the seven attributes of a container's record."""
    namespace, pod, container = line.stream
    path = f"/var/log/containers/{pod}_{namespace}_{container}-{'ab' * 32}.log"
    stamp = f"2026-11-22T12:00:00.{line.time_ns % 10**9:09d}Z"
    plain = {"time": stamp, "stream": "stdout", "_p": "F", "log.file.path": path}
    plain["log.record.uid"] = f"{path}@{number}@{stamp}"
    for key, value in plain.items():
        pair = KeyValue(key=key)
        pair.value.string_value = value
        yield pair
    offset = KeyValue(key="log.file.offset")
    offset.value.int_value = number * 100
    yield offset
    yield _kubernetes(line.stream)


def _kubernetes(stream: tuple[str, str, str]) -> KeyValue:
    """Return the map that Fluent Bit's kubernetes filter adds."""
    namespace, pod, container = stream
    values = {
        "pod_name": pod,
        "namespace_name": namespace,
        "pod_id": "0d4fc2ab-0d7c-4f5b-9d9b-5f3b6b0c7e11",
        "host": "node-a",
        "pod_ip": "10.42.0.17",
        "container_name": container,
        "docker_id": "ab" * 32,
        "container_hash": f"registry.local/{container}@sha256:{'cd' * 32}",
        "container_image": f"registry.local/{container}:1.4.2",
    }
    result = KeyValue(key="kubernetes")
    for key, value in values.items():
        result.value.kvlist_value.values.add(key=key).value.string_value = value
    return result
