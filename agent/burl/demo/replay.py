"""Batches of records -> a running agent, through the official OpenTelemetry OTLP/gRPC exporter."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.resources import Resource

from burl.demo.example import Example
from burl.distinct import distinct
from burl.receive.batch import Batch, StreamTable

BATCH_RECORDS = 512
"""What the SDK's own batch processor sends at once by default."""
_TIMEOUT_SECONDS = 30.0
_NAMES = ("k8s.namespace.name", "k8s.pod.name", "k8s.container.name")


def replay(
    example: Example,
    port: int,
    alive: Callable[[], None],
    progress: Callable[[float], None],
) -> None:
    """Send all records as fast as the agent takes them, each batch until it answers that it is stored.

    Args:
        example: the records, in order of time.
        port: where the agent listens on 127.0.0.1.
        alive: raises when repeating makes no sense because the agent has ended.
        progress: is told the share of the records that is stored, 0 to 1.
    """
    options: Any = (("grpc.enable_http_proxy", 0),)  # its annotation allows texts only, gRPC wants a number
    exporter = OTLPLogExporter(
        endpoint=f"127.0.0.1:{port}", insecure=True, timeout=_TIMEOUT_SECONDS, channel_options=options
    )
    sent = 0
    try:
        for records in otlp_records(example.batches, example.streams, example.run, versions=example.versions):
            while exporter.export(records) is not LogRecordExportResult.SUCCESS:
                alive()
            sent += len(records)
            progress(sent / example.records)
    finally:
        exporter.shutdown()


def otlp_records(
    batches: Iterable[Batch],
    streams: StreamTable,
    run: str = "",
    most: int = BATCH_RECORDS,
    versions: Mapping[int, str] = MappingProxyType({}),
) -> Iterator[list[ReadableLogRecord]]:
    """Yield the records of `batches` as the exporter takes them, in lists of `most` or fewer.

    Args:
        batches: of log files, in order of time.
        streams: who wrote them; may grow while they are read.
        run: what the uids of records end with.
        most: records in a list.
        versions: what the resource of a stream says of its service's version, where that is known.
    """
    resources: dict[int, Resource] = {}
    for batch in batches:
        for stream in distinct(batch.streams).tolist():
            if stream not in resources:
                resources[stream] = _resource(streams.identity(stream).fields, versions.get(stream))
        for start in range(0, len(batch), most):
            places = range(start, min(start + most, len(batch)))
            yield [_record(batch, place, resources, run) for place in places]


def _record(batch: Batch, place: int, resources: Mapping[int, Resource], run: str) -> ReadableLogRecord:
    record = LogRecord(
        timestamp=int(batch.times_ns[place]),
        body=batch.bodies[place],
        attributes={"log.record.uid": batch.origin.uid(place) + run},
    )
    return ReadableLogRecord(record, resources[int(batch.streams[place])])


def _resource(fields: Any, version: str | None) -> Resource:
    known = {"service.version": version} if version else {}
    return Resource({name: fields[name] for name in _NAMES if name in fields} | known)
