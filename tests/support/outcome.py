"""What came of a run, and what should have: by the same pipeline, undisturbed and without an agent."""

import sqlite3
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from burl.bundle import load_bundle
from burl.clock import SystemClock
from burl.config import Settings
from burl.decide import Findings
from burl.pipelines import make_pipeline
from burl.receive.otlp import Decoder

_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """Ids of annotations; per incident the number of its findings; ids of dead letters."""

    annotations: frozenset[str]
    incidents: dict[str, int]
    dead_letters: frozenset[str]


def expected(settings: Settings, requests: Iterable[bytes], sender: str = "127.0.0.1") -> Outcome:
    """Return what the requests lead to, in their order."""
    bundle = load_bundle(settings.bundle.path) if settings.bundle.path else None
    pipeline = make_pipeline(settings, bundle, None)
    decoder = Decoder(settings.receive, pipeline.streams)
    findings = Findings()
    for raw in requests:
        for batch in decoder.decode(raw, sender, SystemClock().time_ns()):
            findings.extend(pipeline.process(batch))
    # A silence is told again, under its id, as it grows: ids count, not how often they were told.
    ids = frozenset(annotation.id for annotation in findings.annotations)
    incidents = {one.id: int(one.document["anomaly_count"]) for one in findings.incidents}
    return Outcome(ids, incidents, frozenset(letter.id for letter in findings.dead_letters))


def stored(path: Path) -> Outcome:
    """Return what an embedded store holds; its primary key lets nothing be there twice."""
    with closing(sqlite3.connect(path, timeout=30.0)) as connection:
        rows = connection.execute("SELECT kind, id, body FROM documents").fetchall()
    incidents = {one: orjson.loads(body)["anomaly_count"] for kind, one, body in rows if kind == "incident"}
    return Outcome(
        frozenset(one for kind, one, _ in rows if kind == "annotation"),
        incidents,
        frozenset(one for kind, one, _ in rows if kind == "dead_letter"),
    )


def wait_until_stored(path: Path, wanted: Outcome, seconds: float = 60.0) -> Outcome:
    """Return what the store holds once it is all that is wanted, or when time is over."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while (found := stored(path)) != wanted and time.monotonic() < deadline:
        pause.wait(_POLL_SECONDS)
    return found
