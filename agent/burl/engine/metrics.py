"""Metrics of the engine: what waits, what was found, what is known."""

from burl.engine.pipeline import Pipeline
from burl.engine.writer import Writer
from burl.metrics import Metric
from burl.receive.admission import Admission


def engine_metrics(pipeline: Pipeline, writer: Writer, admission: Admission) -> list[Metric]:
    """Return the metrics of pipeline, writer and admission; each reads a number that is there anyway."""
    counters = pipeline.counters
    return [
        Metric("burl_inflight_requests", "Requests not yet answered.", lambda: admission.requests),
        Metric("burl_inflight_bytes", "Their bytes.", lambda: admission.inflight_bytes),
        Metric(
            "burl_inflight_capacity_bytes",
            "Bytes above which requests are refused.",
            lambda: admission.capacity_bytes,
        ),
        Metric("burl_pending_documents", "Findings not yet stored.", lambda: writer.pending_documents),
        Metric("burl_store_up", "1 while the store takes writes.", lambda: int(writer.healthy)),
        Metric("burl_streams", "Streams known.", lambda: len(pipeline.streams)),
        Metric("burl_templates", "Templates known.", lambda: len(pipeline.catalogue)),
        Metric("burl_anomalies_total", "Findings by detector.", lambda: counters.findings, "detector"),
        Metric(
            "burl_detector_records_total",
            "Units that each detector scored.",
            lambda: counters.units,
            "detector",
        ),
        Metric(
            "burl_detector_errors_total",
            "Units that made a detector fail; they are in the dead letters.",
            lambda: counters.errors,
            "detector",
        ),
    ]
