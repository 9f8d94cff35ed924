"""One run of a challenger: what it scored, what it found, and what that cost."""

import hashlib
import logging
from collections import deque
from typing import Any

from burl.decide import Findings
from burl.decide.annotation import SCHEMA_VERSION
from burl.decide.finding import ONLINE_VERSION
from burl.decide.times import rfc3339
from burl.engine.pipeline import Pipeline
from burl.receive.otlp import Decoder

_LOG = logging.getLogger(__name__)
_MAX_WAITING = 10_000
"""Findings that wait for the store; the oldest are dropped beyond it."""
_LEFT_OUT = ("context",)


class ShadowRun:
    """A challenger with rooms of its own; belongs to the shadow's thread.

    Attributes:
        records: that it scored.
        findings: that it made.
        seconds: of processor time that it took for them.
        passed_requests: that it never got.
        errors: requests that made it fail.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        decoder: Decoder,
        version: str,
        *,
        champion: Pipeline,
        agent: str,
        start_ns: int,
    ) -> None:
        """Begin.

        Args:
            pipeline: rooms with the challenger.
            decoder: decodes for them.
            version: of the challenger.
            champion: the rooms that it is compared with.
            agent: whose run it is.
            start_ns: when it began, by the wall clock.
        """
        self._pipeline, self._decoder, self._version = pipeline, decoder, version
        self._champion, self._agent, self._start_ns = champion, agent, start_ns
        self._hidden_before = dict(champion.suppressor.hidden)
        self._before = (champion.counters.records, champion.counters.cpu_seconds)
        self._beside = next((source.model_version for source in champion.sources), ONLINE_VERSION)
        self._first_ns, self._last_ns = 0, 0
        self._waiting: deque[dict[str, Any]] = deque(maxlen=_MAX_WAITING)
        self.records, self.findings = 0, 0
        self.passed_requests, self.errors = 0, 0

    @property
    def seconds(self) -> float:
        """Processor time that it took."""
        return self._pipeline.counters.cpu_seconds

    def take(self, raw: bytes, sender: str, arrival_ns: int) -> float:
        """Score a request; return the seconds of processor time that it took. Raises nothing."""
        before = self.seconds
        try:
            for batch in self._decoder.decode(raw, sender, arrival_ns):
                self._add(self._pipeline.process(batch))
                self.records += len(batch)
                if batch.timed.any():
                    times_ns = batch.times_ns[batch.timed]
                    self._first_ns = min(self._first_ns or int(times_ns.min()), int(times_ns.min()))
                    self._last_ns = max(self._last_ns, int(times_ns.max()))
        except Exception:  # noqa: BLE001 - whatever it does, nobody else may notice
            self._failed()
        return self.seconds - before

    def advance(self, now_ns: int) -> None:
        """Let the wall clock move its event time. Raises nothing."""
        try:
            self._add(self._pipeline.advance(now_ns))
        except Exception:  # noqa: BLE001 - whatever it does, nobody else may notice
            self._failed()

    def documents(self) -> list[dict[str, Any]]:
        """Return what is to be stored: findings, then how the run stands now."""
        return [*self._waiting, self._document()]

    def stored(self, findings: int) -> None:
        """Forget the oldest findings: they are stored."""
        for _ in range(findings):
            self._waiting.popleft()

    def _add(self, found: Findings) -> None:
        self.findings += len(found.annotations)
        for annotation in found.annotations:
            told = {name: value for name, value in annotation.document.items() if name not in _LEFT_OUT}
            self._waiting.append(told | self._stamp("finding", annotation.id))

    def _failed(self) -> None:
        self.errors += 1
        if self.errors == 1:
            _LOG.exception("the challenger failed on a request; the champion is not concerned")

    def _document(self) -> dict[str, Any]:
        records, seconds = self._before
        start = rfc3339(self._start_ns)
        counters = self._champion.counters
        return {
            "@timestamp": start,
            "data_start_time": rfc3339(self._first_ns),
            "data_end_time": rfc3339(self._last_ns),
            "burl.shadow.champion": self._beside,
            "burl.shadow.records": self.records,
            "burl.shadow.cpu_seconds": round(self.seconds, 6),
            "burl.shadow.passed_requests": self.passed_requests,
            "burl.shadow.errors": self.errors,
            "burl.shadow.champion_records": counters.records - records,
            "burl.shadow.champion_cpu_seconds": round(counters.cpu_seconds - seconds, 6),
            "burl.shadow.champion_hidden": self._hidden(),
            "schema_version": SCHEMA_VERSION,
        } | self._stamp("run", start)

    def _hidden(self) -> list[str]:
        """Return the verdicts that had findings of the champion hidden meanwhile."""
        hidden = dict(self._champion.suppressor.hidden)
        return sorted(name for name, count in hidden.items() if count > self._hidden_before.get(name, 0))

    def _stamp(self, document: str, key: str) -> dict[str, Any]:
        name = f"shadow\n{self._version}\n{self._agent}\n{key}"
        return {
            "id": hashlib.sha256(name.encode()).hexdigest()[:32],
            "burl.agent": self._agent,
            "burl.shadow.document": document,
            "burl.shadow.challenger": self._version,
        }
