"""Metrics for Prometheus, read from the rooms' counters only when they are asked for.

The rooms count in plain integers, at no cost; here each counter gets its name, unit and meaning.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from burl import __version__
from burl.receive.counters import ReceiveCounters
from burl.write.counters import WriteCounters

Value = float | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: with its unit; a name that ends in `_total` is a counter, any other a gauge.
        meaning: the help text.
        read: returns the value now, or one for each value of `label`. Called from any thread.
        label: name of the only label, if there is one.
    """

    name: str
    meaning: str
    read: Callable[[], Value]
    label: str = ""


class AgentCollector(Collector):
    """Gives Prometheus the present values of metrics."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        """Collect `metrics` besides the version."""
        version = Metric("burl_build_info", "The version that runs.", lambda: {__version__: 1}, "version")
        self._metrics = [version, *metrics]

    def collect(self) -> Iterator[Family]:
        """Yield every metric with its values."""
        for metric in self._metrics:
            yield _family(metric)


def receive_metrics(counters: ReceiveCounters) -> list[Metric]:
    """Return the metrics of the receive room."""
    return [
        Metric(
            "burl_receiver_accepted_log_records_total",
            "Records taken in.",
            lambda: counters.accepted_records,
        ),
        Metric(
            "burl_receiver_refused_requests_total",
            "Requests put off or turned away.",
            lambda: counters.refused_requests,
            "reason",
        ),
        Metric(
            "burl_receiver_invalid_utf8_total",
            "Bodies with bytes that are no UTF-8.",
            lambda: counters.invalid_utf8,
        ),
        Metric("burl_receiver_truncated_total", "Bodies cut at their limit.", lambda: counters.truncated),
        Metric(
            "burl_receiver_damaged_log_records_total",
            "Records that could not be decoded.",
            lambda: counters.damaged,
        ),
        Metric(
            "burl_receiver_untimed_log_records_total",
            "Records without a usable time.",
            lambda: counters.untimed,
        ),
    ]


def write_metrics(sinks: Mapping[str, WriteCounters]) -> list[Metric]:
    """Return the metrics of the write room; `sinks` are its counters by the name of the sink."""

    def by_sink(read: Callable[[WriteCounters], float]) -> Callable[[], Value]:
        return lambda: {name: read(counters) for name, counters in sinks.items()}

    return [
        Metric(
            "burl_writer_documents_total",
            "Documents stored.",
            by_sink(lambda counters: counters.stored_documents),
            "sink",
        ),
        Metric(
            "burl_writer_retries_total",
            "Attempts made again.",
            by_sink(lambda counters: counters.retries),
            "sink",
        ),
        Metric(
            "burl_writer_dropped_documents_total",
            "Documents that a secondary sink lost; the store has them.",
            by_sink(lambda counters: counters.dropped_documents),
            "sink",
        ),
        Metric(
            "burl_writer_refused_documents_total",
            "Documents that a sink refused for good.",
            by_sink(lambda counters: counters.dead_letters.total()),
            "sink",
        ),
    ]


def _family(metric: Metric) -> Family:
    kind = CounterMetricFamily if metric.name.endswith("_total") else GaugeMetricFamily
    family = kind(metric.name, metric.meaning, labels=[metric.label] if metric.label else [])
    value = metric.read()
    # copied at once, because the thread that counts may add a key meanwhile
    samples = (
        {(label,): count for label, count in dict(value).items()}
        if isinstance(value, Mapping)
        else {(): value}
    )
    for labels, count in samples.items():
        family.add_metric(labels, count)
    return family
