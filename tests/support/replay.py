"""Sends log files to an agent as an application would: by the official OpenTelemetry exporter."""

import logging
from collections.abc import Iterator
from pathlib import Path

from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.resources import Resource

from burl.clock import SystemClock
from burl.receive.batch import Batch, Identity, StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings

_MAX_ATTEMPTS = 1_000
_ATTEMPT_SECONDS = 20.0
_EXPORTER_LOG = logging.getLogger("opentelemetry.exporter.otlp.proto.grpc.exporter")


def read_records(paths: list[Path]) -> Iterator[ReadableLogRecord]:
    """Yield the records of log files, merged in order of time, with `log.record.uid` = file@offset@time."""
    streams = StreamTable()
    resources: dict[int, Resource] = {}
    for batch in FileReader(ReceiveSettings(), streams, SystemClock()).read(paths):
        for index in range(len(batch)):
            stream = int(batch.streams[index])
            if stream not in resources:
                resources[stream] = _resource(streams.identity(stream))
            yield _record(batch, index, resources[stream])


def chunks(records: Iterator[ReadableLogRecord], size: int) -> Iterator[list[ReadableLogRecord]]:
    """Yield lists of `size` records; the last may be shorter."""
    chunk: list[ReadableLogRecord] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class Sender:
    """Sends batches to an agent, each until it says SUCCESS."""

    def __init__(self, port: int) -> None:
        _EXPORTER_LOG.setLevel(logging.CRITICAL)  # its failures are what these tests are about
        self._exporter = OTLPLogExporter(
            endpoint=f"http://127.0.0.1:{port}", insecure=True, timeout=_ATTEMPT_SECONDS
        )

    def send(self, batch: list[ReadableLogRecord]) -> int:
        """Send one batch; return how many attempts it took."""
        for attempt in range(1, _MAX_ATTEMPTS):
            if self._exporter.export(batch) is LogRecordExportResult.SUCCESS:
                return attempt
        raise AssertionError(f"not taken after {_MAX_ATTEMPTS} attempts")

    def close(self) -> None:
        """Close the connection."""
        self._exporter.shutdown()


def _resource(identity: Identity) -> Resource:
    return Resource(
        {
            "k8s.namespace.name": identity.namespace,
            "k8s.pod.name": identity.pod,
            "k8s.container.name": identity.container,
        }
    )


def _record(batch: Batch, index: int, resource: Resource) -> ReadableLogRecord:
    time_ns = int(batch.times_ns[index])
    record = LogRecord(
        timestamp=time_ns,
        observed_timestamp=time_ns,
        body=batch.bodies[index],
        attributes={"log.record.uid": batch.origin.uid(index)},
    )
    return ReadableLogRecord(record, resource)
