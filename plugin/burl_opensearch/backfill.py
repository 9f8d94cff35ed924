"""Scores what is in OpenSearch already; may be killed at any moment and continued.

The state directory holds, atomically, how far was read and everything the pipeline knew then. What was scored
after that is scored again: the same findings with the same ids, which the store has already.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from burl.clock import Clock
from burl.decide import Findings
from burl.engine.checkpoint import StateDirectory
from burl.engine.pipeline import Pipeline
from burl.write.base import Sink
from burl_opensearch.reading.reader import Cursor, IndexReader
from burl_opensearch.reading.source import Source

Progress = Callable[[int, int], None]
"""Called with the documents read so far, and those there are."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backfill did: documents and annotations of this run; `documents` counts earlier ones too."""

    documents: int
    annotations: int
    incidents: int
    resumed: bool


@dataclass(slots=True)
class Position:
    """Where a backfill stands: the range it was started with, and how far it has come."""

    source: Source
    cursor: Cursor
    pipeline: dict[str, Any] | None = None
    done: bool = False


class Journey:
    """The state directory of backfills; each pair of index and filters has its own place in it."""

    def __init__(self, directory: Path, source: Source) -> None:
        """Args: `directory` is made when missing. Raises ConfigError when it cannot be used."""
        key = repr((source.index, source.terms, source.host)).encode()
        self._directory = StateDirectory(directory / hashlib.sha256(key).hexdigest()[:16])
        recovered = self._directory.recover()
        self._generation = recovered.generation
        self.position = _position(recovered.state, source)

    @property
    def resumed(self) -> bool:
        """True where an earlier backfill is continued."""
        return self.position.cursor.documents > 0

    def save(self, pipeline: dict[str, Any] | None, *, done: bool = False) -> None:
        """Keep where the backfill stands. Raises OSError."""
        self._generation += 1
        state = {
            "source": asdict(self.position.source),
            "cursor": asdict(self.position.cursor),
            "pipeline": pipeline,
            "done": done,
        }
        self._directory.save(self._generation, state)


def _position(state: dict[str, Any] | None, source: Source) -> Position:
    """Continue what was not finished; its range, counted from when it was started, stays."""
    if state is None or state["done"]:
        return Position(source, Cursor())
    terms = tuple((name, value) for name, value in state["source"]["terms"])
    begun = replace(
        source, since_ns=state["source"]["since_ns"], until_ns=state["source"]["until_ns"], terms=terms
    )
    return Position(begun, Cursor(**state["cursor"]), state["pipeline"])


def backfill(
    journey: Journey,
    reader: IndexReader,
    pipeline: Pipeline,
    sink: Sink,
    *,
    clock: Clock,
    sleep: Callable[[float], object],
    documents_per_second: float | None,
    progress: Progress,
    save_seconds: float = 2.0,
) -> Summary:
    """Score the documents of `journey` and store what they lead to.

    Args:
        journey: where to start, and where to keep how far it came.
        reader: reads into the streams of `pipeline`.
        pipeline: made from `journey.position.pipeline`.
        sink: stores findings; when it returns, they are there.
        clock: for pace and checkpoints.
        sleep: waits so many seconds.
        documents_per_second: the pace that is not exceeded; None for none.
        progress: is told how far it is.
        save_seconds: time between two savings of the state.

    Raises:
        Retryable, ConfigError, InputError: reading or writing failed; calling it again continues.
    """
    resumed, position = journey.resumed, journey.position
    total = position.cursor.documents + reader.count(position.source)
    pace = _Pace(clock, sleep, documents_per_second)
    annotations, incidents = 0, set()
    saved = clock.monotonic()
    for findings, read in _findings(reader, pipeline, position):
        sink.write(findings)
        annotations += len(findings.annotations)
        incidents |= {incident.id for incident in findings.incidents}
        progress(position.cursor.documents, total)
        if clock.monotonic() - saved >= save_seconds:
            journey.save(pipeline.state())
            saved = clock.monotonic()
        pace.keep(read)
    journey.save(None, done=True)
    return Summary(position.cursor.documents, annotations, len(incidents), resumed)


def _findings(reader: IndexReader, pipeline: Pipeline, position: Position) -> Iterator[tuple[Findings, int]]:
    for batch in reader.read(position.source, position.cursor):
        yield pipeline.process(batch), len(batch)
    yield pipeline.flush(), 0


class _Pace:
    """Holds a rate by waiting for what was too fast."""

    def __init__(self, clock: Clock, sleep: Callable[[float], object], per_second: float | None) -> None:
        self._clock, self._sleep, self._per_second = clock, sleep, per_second
        self._start, self._documents = clock.monotonic(), 0

    def keep(self, documents: int) -> None:
        """Wait until so many more documents are due."""
        if self._per_second is None:
            return
        self._documents += documents
        ahead = self._documents / self._per_second - (self._clock.monotonic() - self._start)
        if ahead > 0:
            self._sleep(ahead)
