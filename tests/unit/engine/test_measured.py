from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from burl.clock import ManualClock
from burl.config import load_settings, with_options
from burl.decide import Annotation, CatalogueEntry, DeadLetter, Findings, Incident
from burl.decide.times import rfc3339
from burl.engine.measured import Measured
from burl.engine.raw_logs import raw_log_index
from burl.errors import Retryable
from burl.exposition import AgentCollector


class Failing:
    """Fails once, then stores."""

    name = "failing"

    def __init__(self) -> None:
        self.failures = 1

    def write(self, findings: Findings) -> None:  # noqa: ARG002 - the protocol's
        if self.failures:
            self.failures -= 1
            raise Retryable("down")

    def healthy(self) -> bool:
        return not self.failures

    def close(self) -> None:
        """Do nothing."""


def test_what_is_stored_is_measured_and_what_is_not_is_not() -> None:
    measured = Measured(Failing(), ManualClock(100 * 10**9), "node-1")
    document = {"detector_id": "rate", "anomaly_kind": "silence", "anomaly_grade": 0.75}
    findings = Findings(
        annotations=[Annotation("a", 98 * 10**9, document)],
        dead_letters=[DeadLetter("d", 0, {"stage": "detect"})],
    )
    with pytest.raises(Retryable):
        measured.write(findings)
    assert measured.healthy()
    measured.write(findings)
    registry = CollectorRegistry()
    registry.register(AgentCollector(measured.metrics()))
    shown = generate_latest(registry).decode().splitlines()
    assert 'burl_anomalies_total{detector="rate",kind="silence"} 1.0' in shown
    assert 'burl_dead_letters_total{stage="detect"} 1.0' in shown
    assert 'burl_event_to_annotation_seconds_bucket{le="1.0"} 0.0' in shown
    assert 'burl_event_to_annotation_seconds_bucket{le="2.5"} 1.0' in shown
    assert 'burl_anomaly_grade_bucket{detector="rate",le="0.7"} 0.0' in shown
    assert 'burl_anomaly_grade_bucket{detector="rate",le="0.8"} 1.0' in shown


class Keeping(Failing):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.found = Findings()

    def write(self, findings: Findings) -> None:
        self.found = findings


def test_documents_say_who_wrote_them_and_how_late() -> None:
    sink = Keeping()
    period = {"data_end_time": rfc3339(90 * 10**9)}
    given = Findings(
        annotations=[Annotation("a", 98 * 10**9, {"detector_id": "rate"})],
        incidents=[Incident("i", 1, 98 * 10**9, {})],
        catalogue=[
            CatalogueEntry("template", "t", 0, {}),
            CatalogueEntry("template_count", "c", 60 * 10**9, period),
        ],
    )
    Measured(sink, ManualClock(100 * 10**9), "node-1").write(given)
    mine = {"burl.agent": "node-1"}
    assert sink.found.annotations[0].document == {"detector_id": "rate", "burl.lag_seconds": 2.0} | mine
    assert sink.found.incidents[0].document == mine
    template, count = (entry.document for entry in sink.found.catalogue)
    assert template == {}
    assert count == period | mine | {"burl.lag_seconds": 10.0}
    assert given.incidents[0].document == {}


@pytest.mark.parametrize(
    ("given", "index"),
    [
        ({}, ""),
        ({"platform": {"raw_index": "logs-*"}, "write": {"store": "opensearch", "mode": "enrich"}}, "logs-*"),
        ({"write": {"store": "opensearch", "mode": "enrich"}}, "burl_logs-default-default-*"),
        ({"write": {"store": "opensearch", "mode": "update", "update": {"index": "app-*"}}}, "app-*"),
    ],
)
def test_an_annotation_leads_to_the_raw_log_where_it_is_known(given: dict[str, Any], index: str) -> None:
    settings = with_options(load_settings(), given)
    assert raw_log_index(settings.write, settings.platform.raw_index) == index
    sink = Keeping()
    found = [Annotation("a", 0, {"log.record.uid": 'a"b\\'}), Annotation("b", 0, {})]
    Measured(sink, ManualClock(0), "node-1", index).write(Findings(annotations=found))
    line, rate = (annotation.document for annotation in sink.found.annotations)
    assert line.get("raw_log.index", "") == index
    query = 'log.record.uid:"a\\"b\\\\" OR log_record_uid:"a\\"b\\\\"'
    assert line.get("raw_log.query") == (query if index else None)
    assert "raw_log.index" not in rate
