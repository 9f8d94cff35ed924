"""What is measured, and said of each document, when findings are stored: by whom, and how late."""

from collections import Counter
from dataclasses import replace
from typing import Any

from burl.clock import Clock
from burl.decide import Annotation, CatalogueEntry, Findings
from burl.decide.times import from_rfc3339
from burl.engine.raw_logs import raw_log
from burl.metrics import AnyMetric, Distribution, Metric
from burl.write.base import Sink

_LAG_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 86400)
_GRADES = tuple(step / 10 for step in range(1, 11))


class Measured:
    """A sink that says of documents which agent writes them and how late, and looks at what was stored."""

    def __init__(self, sink: Sink, clock: Clock, agent: str, raw_index: str = "") -> None:
        """Args: `agent` is the name that documents carry, `raw_index` where the raw logs are, if known."""
        self._raw_index = raw_index
        self.name = sink.name
        self._sink, self._clock, self._agent = sink, clock, agent
        self._found: Counter[tuple[str, str]] = Counter()
        self._dead: Counter[str] = Counter()
        self._lag = Distribution(
            "burl_event_to_annotation_seconds",
            "From the time of an annotation's record to the store having it.",
            _LAG_SECONDS,
        )
        self._grades = Distribution(
            "burl_anomaly_grade",
            "Grades of annotations: a shift is drift, of the logs or of the detector.",
            _GRADES,
            ("detector",),
        )

    def write(self, findings: Findings) -> None:
        """Store all. Raises what the sink raises."""
        self._sink.write(self._signed(findings, self._clock.time_ns()))
        now_ns = self._clock.time_ns()
        for annotation in findings.annotations:
            self._look_at(annotation, now_ns)
        for letter in findings.dead_letters:
            self._dead[str(letter.document.get("stage", ""))] += 1

    def healthy(self) -> bool:
        """Return what the sink says."""
        return self._sink.healthy()

    def close(self) -> None:
        """Close the sink."""
        self._sink.close()

    def metrics(self) -> list[AnyMetric]:
        """Return what was measured."""
        return [
            Metric("burl_anomalies_total", "Annotations stored.", lambda: self._found, ("detector", "kind")),
            Metric(
                "burl_dead_letters_total",
                "Records and requests that could not be judged, by the room that failed.",
                lambda: self._dead,
                ("stage",),
            ),
            self._lag,
            self._grades,
        ]

    def _signed(self, findings: Findings, now_ns: int) -> Findings:
        """Return copies: a checkpoint may be written of the findings meanwhile."""
        mine = {"burl.agent": self._agent}
        return Findings(
            [
                replace(a, document=a.document | mine | self._raw(a) | _lag(a.time_ns, now_ns))
                for a in findings.annotations
            ],
            [replace(i, document=i.document | mine) for i in findings.incidents],
            [replace(d, document=d.document | mine) for d in findings.dead_letters],
            [
                replace(c, document=c.document | mine | _lag(_end_ns(c), now_ns))
                if c.kind == "template_count"
                else c
                for c in findings.catalogue
            ],
            findings.logs,
        )

    def _raw(self, annotation: Annotation) -> dict[str, str]:
        return raw_log(self._raw_index, annotation.document.get("log.record.uid", ""))

    def _look_at(self, annotation: Annotation, now_ns: int) -> None:
        document = annotation.document
        detector = str(document.get("detector_id", ""))
        self._found[detector, str(document.get("anomaly_kind", ""))] += 1
        self._lag.observe(max(0, now_ns - annotation.time_ns) / 1e9)
        self._grades.observe(float(document.get("anomaly_grade", 0)), detector)


def _lag(time_ns: int, now_ns: int) -> dict[str, Any]:
    return {"burl.lag_seconds": max(0, now_ns - time_ns) / 1e9}


def _end_ns(count: CatalogueEntry) -> int:
    return from_rfc3339(count.document["data_end_time"])
