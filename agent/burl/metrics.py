"""Metrics for Prometheus: what they are called, what they mean, where they are read.

The rooms count in plain integers, at no cost; here each counter gets its name, unit and meaning, and is read
only when Prometheus asks.
"""

import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

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


@dataclass(slots=True)
class Series:
    """What a distribution holds for some labels: how many values in each bucket, and their sum."""

    counts: list[int]
    total: float = 0.0

    def cumulative(self) -> list[int]:
        """Return how many values are at most each bound, and all."""
        return list(accumulate(self.counts))


@dataclass(slots=True)
class Distribution:
    """One histogram; prometheus_client, 2 MB with what it loads, is for where it is read.

    Attributes:
        name: with its unit.
        meaning: the help text.
        buckets: their upper bounds, ascending.
        series: by the values of `labels`; of no labels there is one from the beginning.
    """

    name: str
    meaning: str
    buckets: tuple[float, ...]
    labels: tuple[str, ...] = ()
    series: dict[tuple[str, ...], Series] = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    kind = "histogram"

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.series = {} if self.labels else {(): self._empty()}

    def observe(self, value: float, *labels: str) -> None:
        """Count `value`; from any thread."""
        with self._lock:
            series = self.series.get(labels)
            if series is None:
                series = self.series[labels] = self._empty()
            series.counts[bisect_left(self.buckets, value)] += 1
            series.total += value

    def _empty(self) -> Series:
        return Series([0] * (len(self.buckets) + 1))


AnyMetric = Metric | Distribution


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
