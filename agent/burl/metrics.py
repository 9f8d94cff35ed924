"""Metrics for Prometheus: what they are called, what they mean, where they are read.

The rooms count in plain integers, at no cost; here each counter gets its name, unit and meaning, and is read
only when Prometheus asks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from burl import __version__
from burl.receive.counters import ReceiveCounters
from burl.write.counters import WriteCounters

Value = float | Mapping[Any, float]
"""A number, or one for each value of the label; of several labels, for each tuple of values."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One counter or gauge.

    Attributes:
        name: with its unit; a name that ends in `_total` is a counter, any other a gauge.
        meaning: the help text.
        read: returns the value now, or one for each value of the labels. Called from any thread.
        labels: names of the labels, if there are any.
    """

    name: str
    meaning: str
    read: Callable[[], Value]
    labels: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What Prometheus calls it."""
        return "counter" if self.name.endswith("_total") else "gauge"

    def collect(self) -> Iterator[Family]:
        """Yield the present values."""
        make = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        family = make(self.name, self.meaning, labels=self.labels)
        for labels, value in _samples(self.read()):
            family.add_metric(labels, value)
        yield family


class Distribution:
    """One histogram."""

    kind = "histogram"

    def __init__(
        self, name: str, meaning: str, buckets: tuple[float, ...], labels: tuple[str, ...] = ()
    ) -> None:
        """Args: `name` with its unit; `meaning`, the help text; `buckets`, their upper bounds."""
        self.name, self.meaning, self.labels = name, meaning, labels
        self._histogram = Histogram(name, meaning, labels, buckets=buckets, registry=None)
        self._of: dict[tuple[str, ...], Histogram] = {}

    def observe(self, value: float, *labels: str) -> None:
        """Count `value`; from any thread."""
        series = self._of.get(labels)
        if series is None:
            series = self._of[labels] = self._histogram.labels(*labels) if labels else self._histogram
        series.observe(value)

    def collect(self) -> Iterator[Family]:
        """Yield the present values, less when each began: a restart shows without that."""
        for family in self._histogram.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family


AnyMetric = Metric | Distribution


class AgentCollector(Collector):
    """Gives Prometheus the present values of metrics."""

    def __init__(self, metrics: Iterable[AnyMetric]) -> None:
        """Collect `metrics`."""
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Family]:
        """Yield every metric with its values."""
        for metric in self._metrics:
            yield from metric.collect()


def build_metrics() -> list[Metric]:
    """Return what tells which version runs."""
    return [Metric("burl_build_info", "The version that runs.", lambda: {__version__: 1}, ("version",))]


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
            ("reason",),
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
            ("sink",),
        ),
        Metric(
            "burl_writer_retries_total",
            "Attempts made again.",
            by_sink(lambda counters: counters.retries),
            ("sink",),
        ),
        Metric(
            "burl_writer_dropped_documents_total",
            "Documents that a secondary sink lost; the store has them.",
            by_sink(lambda counters: counters.dropped_documents),
            ("sink",),
        ),
        Metric(
            "burl_writer_refused_documents_total",
            "Documents that a sink refused for good.",
            by_sink(lambda counters: counters.dead_letters.total()),
            ("sink",),
        ),
    ]


def _samples(value: Value) -> Iterator[tuple[tuple[str, ...], float]]:
    if not isinstance(value, Mapping):
        yield (), value
        return
    # copied at once, because the thread that counts may add a key meanwhile
    for labels, count in dict(value).items():
        yield (labels if isinstance(labels, tuple) else (labels,)), count
