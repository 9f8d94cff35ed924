"""One run of a challenger: what it scored, what it found, and what that cost."""

import logging
from collections import deque
from typing import Any

from burl.decide import Findings
from burl.decide.annotation import SCHEMA_VERSION, document_id
from burl.decide.finding import ONLINE_VERSION
from burl.decide.times import rfc3339
from burl.engine.pipeline import Pipeline
from burl.receive.otlp import Decoder

_LOG = logging.getLogger(__name__)
_MAX_WAITING = 10_000
"""Findings that wait for the store; the oldest are dropped beyond it."""
_LEFT_OUT = ("context",)

State = dict[str, Any]


def beside(champion: Pipeline) -> str:
    """Return the version of a champion, as runs beside it name it."""
    return next((source.model_version for source in champion.sources), ONLINE_VERSION)


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
        state: State | None = None,
    ) -> None:
        """Begin, or go on.

        Args:
            pipeline: rooms with the challenger.
            decoder: decodes for them.
            version: of the challenger.
            champion: the rooms that it is compared with.
            agent: whose run it is.
            start_ns: when it begins, by the wall clock.
            state: of a run to go on with; `pipeline` does so already.
        """
        self._pipeline, self._decoder, self._version = pipeline, decoder, version
        self._champion, self._agent, self._start_ns = champion, agent, start_ns
        self._hidden_before = dict(champion.suppressor.hidden)
        self._hidden_earlier: list[str] = []
        self._before = (champion.counters.records, champion.counters.cpu_seconds)
        self._seconds_earlier = 0.0
        self._beside = beside(champion)
        self._first_ns, self._last_ns = 0, 0
        self._waiting: deque[dict[str, Any]] = deque(maxlen=_MAX_WAITING)
        self.records, self.findings = 0, 0
        self.passed_requests, self.errors = 0, 0
        if state is not None:
            self._restore(state)

    @property
    def seconds(self) -> float:
        """Processor time that it took."""
        return self._seconds_earlier + self._pipeline.counters.cpu_seconds

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
        except Exception:  # whatever it does, nobody else may notice
            self._failed()
        return self.seconds - before

    def advance(self, now_ns: int) -> None:
        """Let the wall clock move its event time. Raises nothing."""
        try:
            self._add(self._pipeline.advance(now_ns))
        except Exception:  # whatever it does, nobody else may notice
            self._failed()

    def documents(self) -> list[dict[str, Any]]:
        """Return what is to be stored: findings, then how the run stands now."""
        return [*self._waiting, self._document()]

    def stored(self, findings: int) -> None:
        """Forget the oldest findings: they are stored."""
        for _ in range(findings):
            self._waiting.popleft()

    def state(self) -> State:
        """Return what going on needs, as msgpack-able values."""
        return {
            "challenger": self._version,
            "champion": self._beside,
            "pipeline": self._pipeline.state(),
            "start_ns": self._start_ns,
            "span_ns": [self._first_ns, self._last_ns],
            "counts": [self.records, self.findings, self.passed_requests, self.errors],
            "seconds": self.seconds,
            "champion_counts": list(self._champion_counts()),
            "hidden": self._hidden(),
        }

    def _restore(self, state: State) -> None:
        self._start_ns = state["start_ns"]
        self._first_ns, self._last_ns = state["span_ns"]
        self.records, self.findings, self.passed_requests, self.errors = state["counts"]
        self._seconds_earlier, self._hidden_earlier = state["seconds"], state["hidden"]
        records, seconds = state["champion_counts"]  # its counters begin anew in each process
        self._before = (self._before[0] - records, self._before[1] - seconds)

    def _champion_counts(self) -> tuple[int, float]:
        counters, (records, seconds) = self._champion.counters, self._before
        return counters.records - records, counters.cpu_seconds - seconds

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
        records, seconds = self._champion_counts()
        start = rfc3339(self._start_ns)
        return {
            "@timestamp": start,
            "data_start_time": rfc3339(self._first_ns),
            "data_end_time": rfc3339(self._last_ns),
            "burl.shadow.champion": self._beside,
            "burl.shadow.records": self.records,
            "burl.shadow.cpu_seconds": round(self.seconds, 6),
            "burl.shadow.passed_requests": self.passed_requests,
            "burl.shadow.errors": self.errors,
            "burl.shadow.champion_records": records,
            "burl.shadow.champion_cpu_seconds": round(seconds, 6),
            "burl.shadow.champion_hidden": self._hidden(),
            "schema_version": SCHEMA_VERSION,
        } | self._stamp("run", start)

    def _hidden(self) -> list[str]:
        """Return the verdicts that had findings of the champion hidden meanwhile."""
        hidden = dict(self._champion.suppressor.hidden)
        now = (name for name, count in hidden.items() if count > self._hidden_before.get(name, 0))
        return sorted({*self._hidden_earlier, *now})

    def _stamp(self, document: str, key: str) -> dict[str, Any]:
        return {
            "id": document_id("shadow", self._version, self._agent, key),
            "burl.agent": self._agent,
            "burl.shadow.document": document,
            "burl.shadow.challenger": self._version,
        }
