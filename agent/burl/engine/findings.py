"""Scores of one detector -> findings: only rows graded above 0 are ever looked at one by one."""

from collections.abc import Callable

import numpy as np

from burl.decide.deployments import NEW_LINES, Deployment
from burl.decide.finding import Finding
from burl.detect import Explanation, Scores, Units
from burl.engine.loaded import Loaded
from burl.receive.batch import StreamTable
from burl.window import Events, Intervals, Record, Sequences
from burl.window.windower import Windowed


class FindingMaker:
    """Makes the findings of one pipeline."""

    def __init__(
        self,
        streams: StreamTable,
        is_learning: Callable[[int, int], bool],
        deployment: Callable[[int, int], Deployment | None],
    ) -> None:
        """Make findings of `streams`.

        Args:
            streams: who writes.
            is_learning: tells whether a service (by index) was learning at an event time.
            deployment: returns what of late was deployed to a stream (by index) at an event time.
        """
        self._deployment = deployment
        self._streams = streams
        self._is_learning = is_learning

    def make(self, loaded: Loaded, units: Units, scores: Scores, windowed: Windowed | None) -> list[Finding]:
        """Return a finding for each row of `scores` whose grade is above 0; `windowed` gives the context."""
        grader = loaded.grader
        odd = np.flatnonzero(scores.values > grader.threshold)
        if not len(odd):
            return []
        findings = [self._finding(loaded, units, scores, row, windowed) for row in odd.tolist()]
        values = scores.values[odd]
        judged = (values.tolist(), grader.grades(values).tolist(), grader.p_values(values).tolist())
        for finding, *numbers in zip(findings, *judged, strict=True):
            finding.score, finding.grade, finding.p_value = numbers
        return findings

    def _finding(
        self, loaded: Loaded, units: Units, scores: Scores, row: int, windowed: Windowed | None
    ) -> Finding:
        why = loaded.detector.explain(units, row)
        unit_row, position = int(scores.rows[row]), int(scores.positions[row])
        if isinstance(units, Events):
            finding = self._of_event(loaded, units, unit_row, why)
            finding.context = windowed.event_context(unit_row) if windowed else []
        elif isinstance(units, Sequences):
            finding = self._of_sequence(loaded, units, unit_row, position, why)
            finding.context = windowed.sequence_context(units, position) if windowed else []
        else:
            finding = self._of_interval(loaded, units, position, why)
        return finding

    def _of_event(self, loaded: Loaded, events: Events, row: int, why: Explanation) -> Finding:
        record = events.record(row)
        service = int(events.services[row])
        return self._new(loaded, self._streams.identity(record.stream).stream, why, service, record)

    def _of_sequence(
        self, loaded: Loaded, sequences: Sequences, row: int, position: int, why: Explanation
    ) -> Finding:
        record = sequences.record(position)
        finding = self._new(loaded, sequences.keys[row], why, int(sequences.services[row]), record)
        first, stop = sequences.offsets[row] + sequences.leads[row], sequences.offsets[row + 1]
        finding.start_ns = why.start_ns or int(sequences.times_ns[first])
        finding.end_ns = why.end_ns or int(sequences.times_ns[stop - 1])
        if sequences.unit == "session":
            finding.session_ids, finding.session_kind = sequences.ids[row], sequences.kinds[row]
        return finding

    def _of_interval(self, loaded: Loaded, intervals: Intervals, position: int, why: Explanation) -> Finding:
        template = intervals.catalogue[why.template].id if why.template >= 0 else ""
        key = f"{self._streams.service_name(why.service)}\n{template}\n{why.start_ns}"
        record = intervals.record(position) if position >= 0 else None
        finding = self._new(loaded, key, why, why.service, record)
        finding.time_ns = why.start_ns
        return finding

    def _new(
        self, loaded: Loaded, key: str, why: Explanation, service: int, record: Record | None
    ) -> Finding:
        time_ns = record.time_ns if record is not None else why.start_ns
        identity = (
            self._streams.identity(record.stream)
            if record is not None
            else self._streams.service_identity(service)
        )
        return Finding(
            source=loaded.source,
            unit_key=key,
            time_ns=time_ns,
            start_ns=why.start_ns or time_ns,
            end_ns=why.end_ns or time_ns,
            score=0.0,
            grade=0.0,
            p_value=1.0,
            threshold=loaded.grader.threshold,
            explanation=why,
            identity=identity,
            record=record,
            learning=self._is_learning(service, time_ns),
            deployment=self._deployment(record.stream, time_ns) if record and why.kind in NEW_LINES else None,
        )
