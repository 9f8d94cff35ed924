"""Metrics of the agent: what waits, what was judged, what is known, which limits bite."""

from collections.abc import Mapping

from burl.engine.champion import Champion
from burl.engine.measured import Measured
from burl.engine.pipeline import Pipeline
from burl.engine.shadow import Shadow
from burl.engine.writer import Writer
from burl.feedback.counters import FeedbackCounters
from burl.feedback.precision import precision
from burl.metrics import AnyMetric, Metric, build_metrics, receive_metrics, write_metrics
from burl.receive.admission import Admission
from burl.receive.counters import ReceiveCounters
from burl.write.counters import WriteCounters


def agent_metrics(
    *,
    receive: ReceiveCounters,
    write: Mapping[str, WriteCounters],
    pipeline: Pipeline,
    writer: Writer,
    admission: Admission,
    measured: Measured,
    feedback: FeedbackCounters,
    champion: Champion,
    shadow: Shadow,
) -> list[AnyMetric]:
    """Return all metrics of an agent; each reads a number that is there anyway."""
    return [
        *build_metrics(),
        *receive_metrics(receive),
        *_waiting(writer, admission),
        *_known(pipeline),
        *_detectors(pipeline),
        *measured.metrics(),
        *_feedback(pipeline, feedback),
        *champion.metrics(),
        *shadow.metrics(),
        *write_metrics(write),
    ]


def _waiting(writer: Writer, admission: Admission) -> list[AnyMetric]:
    return [
        Metric("burl_inflight_requests", "Requests not yet answered.", lambda: admission.requests),
        Metric("burl_inflight_bytes", "Their bytes.", lambda: admission.inflight_bytes),
        Metric(
            "burl_inflight_capacity_bytes",
            "Bytes above which requests are refused.",
            lambda: admission.capacity_bytes,
        ),
        Metric("burl_pending_documents", "Findings not yet stored.", lambda: writer.pending_documents),
        Metric(
            "burl_pending_write_age_seconds",
            "How long the oldest of them has waited.",
            lambda: writer.oldest_seconds,
        ),
        Metric("burl_store_up", "1 while the store takes writes.", lambda: int(writer.healthy)),
    ]


def _known(pipeline: Pipeline) -> list[AnyMetric]:
    return [
        Metric("burl_streams", "Streams known.", lambda: len(pipeline.streams)),
        Metric("burl_templates", "Templates known.", lambda: len(pipeline.catalogue)),
        Metric(
            "burl_limit_hits_total",
            "How often a limit of windows, sessions, intervals or templates bit; late events, too.",
            lambda: pipeline.counters.limits,
            ("limit",),
        ),
        Metric(
            "burl_model_info",
            "The detectors that run; a label says of which bundle.",
            lambda: dict.fromkeys(((s.detector_id, s.model_version) for s in pipeline.sources), 1),
            ("detector", "model_version"),
        ),
    ]


def _detectors(pipeline: Pipeline) -> list[AnyMetric]:
    counters = pipeline.counters
    return [
        Metric(
            "burl_detector_records_total",
            "Units that each detector scored.",
            lambda: counters.units,
            ("detector",),
        ),
        Metric(
            "burl_detector_errors_total",
            "Units that made a detector fail; they are in the dead letters.",
            lambda: counters.errors,
            ("detector",),
        ),
        counters.durations,
    ]


def _feedback(pipeline: Pipeline, feedback: FeedbackCounters) -> list[AnyMetric]:
    return [
        Metric("burl_suppressions", "Suppressions in force.", lambda: feedback.in_force),
        Metric(
            "burl_suppressed_anomalies_total",
            "Findings that people had called normal; over restarts.",
            lambda: sum(pipeline.suppressor.hidden.values()),
        ),
        Metric(
            "burl_feedback_errors_total",
            "Times that the suppressions could not be read or noted.",
            lambda: feedback.failures,
        ),
        Metric(
            "burl_feedback_verdicts",
            "Findings that people judged and did not take back, the newest 10,000, of all agents.",
            lambda: feedback.verdicts,
            ("detector", "verdict"),
        ),
        Metric(
            "burl_feedback_precision",
            "Share of anomalies among them.",
            lambda: precision(feedback.verdicts),
            ("detector",),
        ),
    ]
