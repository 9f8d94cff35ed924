"""Gives Prometheus the present values of metrics; loaded where somebody reads them."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from burl.metrics import AnyMetric, Distribution, Metric, Value


class AgentCollector(Collector):
    """Collects metrics."""

    def __init__(self, metrics: Iterable[AnyMetric]) -> None:
        """Collect `metrics`."""
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Family]:
        """Yield every metric with its values."""
        for metric in self._metrics:
            yield _buckets(metric) if isinstance(metric, Distribution) else _values(metric)


def _values(metric: Metric) -> Family:
    make = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = make(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in _samples(metric.read()):
        family.add_metric(labels, value)
    return family


def _samples(value: Value) -> Iterator[tuple[tuple[str, ...], float]]:
    if not isinstance(value, Mapping):
        yield (), value
        return
    # copied at once, because the thread that counts may add a key meanwhile
    for labels, count in dict(value).items():
        yield (labels if isinstance(labels, tuple) else (labels,)), count


def _buckets(metric: Distribution) -> Family:
    family = HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    bounds = [*(str(float(bound)) for bound in metric.buckets), "+Inf"]
    for labels, series in dict(metric.series).items():
        counts = list(zip(bounds, map(float, series.cumulative()), strict=True))
        family.add_metric(labels, buckets=counts, sum_value=series.total)
    return family
