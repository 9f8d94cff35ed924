"""Sends records to an agent as an application would: by the official OpenTelemetry exporter."""

import logging

from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult

_MAX_ATTEMPTS = 1_000
_ATTEMPT_SECONDS = 20.0
_EXPORTER_LOG = logging.getLogger("opentelemetry.exporter.otlp.proto.grpc.exporter")


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
