from prometheus_client import CollectorRegistry, generate_latest

from burl.exposition import AgentCollector
from burl.metrics import AnyMetric, Distribution, Metric, receive_metrics, write_metrics
from burl.receive.counters import ReceiveCounters
from burl.write.counters import WriteCounters


def _exposed(*metrics: AnyMetric) -> list[str]:
    registry = CollectorRegistry()
    registry.register(AgentCollector(metrics))
    return generate_latest(registry).decode().splitlines()


def test_counters_show_their_present_value() -> None:
    counters = ReceiveCounters()
    metrics = receive_metrics(counters)
    counters.accepted_records += 7
    counters.refused_requests["store_down"] += 2
    exposed = _exposed(*metrics)
    assert "burl_receiver_accepted_log_records_total 7.0" in exposed
    assert 'burl_receiver_refused_requests_total{reason="store_down"} 2.0' in exposed


def test_each_sink_is_told_apart() -> None:
    exposed = _exposed(
        *write_metrics({"sqlite": WriteCounters(stored_documents=3), "jsonl": WriteCounters()})
    )
    assert 'burl_writer_documents_total{sink="sqlite"} 3.0' in exposed
    assert 'burl_writer_documents_total{sink="jsonl"} 0.0' in exposed


def test_a_name_without_total_is_a_gauge() -> None:
    exposed = _exposed(Metric("burl_pending_documents", "Waiting.", lambda: 5))
    assert "# TYPE burl_pending_documents gauge" in exposed
    assert "burl_pending_documents 5.0" in exposed


def test_a_distribution_counts_into_buckets() -> None:
    seconds = Distribution("burl_x_seconds", "How long.", (1, 2), ("detector",))
    seconds.observe(1.5, "rate")
    exposed = _exposed(seconds)
    assert "# TYPE burl_x_seconds histogram" in exposed
    assert 'burl_x_seconds_bucket{detector="rate",le="1.0"} 0.0' in exposed
    assert 'burl_x_seconds_bucket{detector="rate",le="2.0"} 1.0' in exposed
    assert not any("_created" in line for line in exposed)


def test_several_labels_are_told_apart() -> None:
    exposed = _exposed(Metric("burl_x_total", "X.", lambda: {("a", "b"): 2}, ("one", "two")))
    assert 'burl_x_total{one="a",two="b"} 2.0' in exposed
