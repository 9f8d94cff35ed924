"""The pipeline: one batch of records through parse, window, detect and decide. Synchronous and deterministic.

Training, `burl score` and the running agent all use this one class. Its output depends on nothing but what it
was given and in which order, so a replay of the journal gives the same findings.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import msgpack
import numpy as np

from burl.bundle import Bundle
from burl.bundle.bundle import SESSIONS
from burl.decide import DeadLetter, Findings
from burl.decide.counts import TemplateCounts
from burl.decide.decider import Decider
from burl.decide.deployments import Deployments
from burl.decide.enrich import log_records
from burl.decide.finding import Finding, Source
from burl.decide.learning import Learning
from burl.decide.settings import DecideSettings
from burl.decide.suppression import Suppressor
from burl.decide.times import FOREVER_NS
from burl.detect import Units
from burl.engine.dead_letters import poisonous, unusable
from burl.engine.findings import FindingMaker
from burl.engine.loaded import Loaded, load_detectors
from burl.errors import Undecodable
from burl.metrics import Distribution
from burl.parse import Catalogue
from burl.parse.parser import Parser
from burl.parse.settings import ParseSettings
from burl.parse.standing import NOBODY
from burl.receive.batch import Batch, StreamTable
from burl.window import Events, Sequences
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.window.windower import Windowed, Windower

_DURATIONS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


@dataclass(slots=True)
class PipelineCounters:
    """Counts by detector id.

    Attributes:
        records: records judged in all.
        cpu_seconds: processor time that all rooms took for them.
        limits: how often each limit bit since the start, by name; late events too. Replaced, never changed.
    """

    records: int = 0
    cpu_seconds: float = 0.0
    units: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    limits: Counter[str] = field(default_factory=Counter)
    durations: Distribution = field(
        default_factory=lambda: Distribution(
            "burl_detector_duration_seconds",
            "Time that a detector took for one slice of records.",
            _DURATIONS_SECONDS,
            ("detector",),
        )
    )


class Pipeline:
    """All rooms between receive and write, wired together; owned by one thread."""

    def __init__(
        self,
        *,
        bundle: Bundle | None,
        parse: ParseSettings,
        window: WindowSettings,
        decide: DecideSettings,
        streams: StreamTable | None = None,
        state: dict[str, Any] | None = None,
        enrich: bool = False,
    ) -> None:
        """Start empty, or continue from `state`. A bundle brings its own parse and window settings.

        `streams` is an empty table; none: one without a limit. With `enrich` the records are findings, too.
        """
        self._enrich = enrich
        self.streams, self.catalogue = StreamTable() if streams is None else streams, Catalogue()
        self.counters = PipelineCounters()
        self._settings = (parse, window, decide)
        if state is not None:
            self.streams.restore(state["streams"])
            self.catalogue.restore(state["catalogue"])
        self._wire(bundle, state)

    def adopt(self, bundle: Bundle) -> None:
        """Go on with another bundle; streams, templates, open windows and incidents stay.

        Raises:
            BundleError: it does not load; nothing has changed then.
        """
        state = msgpack.unpackb(msgpack.packb(self.state()), strict_map_key=False)  # shares nothing with us
        fresh = copy(self)
        Pipeline._wire(fresh, bundle, state)
        vars(self).update(vars(fresh))

    def _wire(self, bundle: Bundle | None, state: dict[str, Any] | None) -> None:
        """Make the rooms over the streams and templates that are there."""
        parse, window, decide = self._settings
        known = frozenset(bundle.manifest.training.services if bundle else ())
        self.learning = Learning(known, self.streams.service_name)
        frozen, sessions = None, None
        if bundle is not None:
            window = WindowSettings.model_validate(bundle.manifest.window)
            frozen = bundle.templates()
            parse = frozen.settings
            sessions = SessionSpec.from_json(bundle.path(SESSIONS).read_text())
        self._parser = Parser(
            parse, self.catalogue, frozen, lambda service: self.streams.service_name(service) in known
        )
        self._loaded = load_detectors(bundle, decide)
        wanted = {loaded.source.unit for loaded in self._loaded}
        self._windower = Windower(
            window,
            self.catalogue,
            self.streams,
            sessions if "session" in wanted else None,
            self._parser.parameters,
            windows="window" in wanted,
            kinds=self._parser.kinds,
        )
        for loaded in self._loaded:
            loaded.detector.bind(self.streams)
        version = bundle.manifest.version if bundle else ""
        self.suppressor = Suppressor(version, frozen.supersedes if frozen else None)
        self._decider = Decider(decide, self.catalogue, self.suppressor)
        self._counts = TemplateCounts(
            decide.template_count_seconds, self.catalogue, self.streams, frozen.supersedes if frozen else None
        )
        versions = bundle.manifest.training.versions if bundle else None
        self._deployments = Deployments(decide.deploy_grace_seconds, self.streams, versions)
        self._maker = FindingMaker(self.streams, self.learning.at, self._deployments.of)
        if state is not None:
            self._restore(state)
        self.streams.expect(known)  # last: a bundle that does not load changes nothing

    def process(self, batch: Batch) -> Findings:
        """Judge one batch; return everything it led to."""
        began = time.thread_time()
        findings = self._process(batch)
        self.counters.records += len(batch)
        self.counters.cpu_seconds += time.thread_time() - began
        return findings

    def _process(self, batch: Batch) -> Findings:
        self._deployments.observe(batch.streams, batch.times_ns)
        writers = self.streams.writers_of(batch.streams, NOBODY)
        templates = self._parser.parse(batch.bodies, batch.streams, writers)
        newest_ns = int(batch.times_ns.max()) if len(batch) else 0
        findings = self._judge(self._windower.feed(batch, templates), newest_ns)
        findings.dead_letters += [
            letter
            for raw in batch.damaged
            for letter in unusable(raw, batch.arrival_ns, "receive", Undecodable("damaged record"))
        ]
        if self._enrich:
            findings.logs = log_records(batch, templates, self.catalogue, self.streams, findings.annotations)
        return findings

    def advance(self, now_ns: int) -> Findings:
        """Let the wall clock move event time where no input does."""
        return self._judge(self._windower.advance(now_ns), now_ns)

    def flush(self) -> Findings:
        """End of the input: judge what is still open."""
        return self._judge(self._windower.flush(), FOREVER_NS)

    def _judge(self, windowed: Windowed, watermark_ns: int) -> Findings:
        self.learning.observe(windowed.events)
        by_unit: dict[str, Units] = {
            "event": windowed.events,
            "window": windowed.windows,
            "session": windowed.sessions,
            "interval": windowed.intervals,
        }
        findings: list[Finding] = []
        dead: list[DeadLetter] = []
        for loaded in self._loaded:
            units = by_unit[loaded.source.unit]
            if len(units) or loaded.source.unit == "interval":
                self._score(loaded, units, windowed, findings, dead)
        self.counters.limits = self._windower.counters() + Counter(
            overflow_lines=self._parser.refused, overflow_streams=self.streams.overflowed
        )
        result = self._decider.decide(findings, watermark_ns)
        result.dead_letters += dead
        result.catalogue = self._counts.add(windowed.intervals, watermark_ns)
        return result

    def _score(
        self,
        loaded: Loaded,
        units: Units,
        windowed: Windowed | None,
        findings: list[Finding],
        dead: list[DeadLetter],
    ) -> None:
        """Score `units`; when a unit makes the detector raise, only that unit is dead-lettered.

        `windowed` gives the context; None for parts of it, whose context is not worth keeping track of.
        """
        name = loaded.source.detector_id
        began = time.perf_counter()
        try:
            found = self._maker.make(loaded, units, loaded.detector.score(units), windowed)
            self.counters.durations.observe(time.perf_counter() - began, name)
            self.counters.units[name] += len(units)
            self.counters.findings[name] += len(found)
            findings += found
        except Exception as error:  # whatever a detector raises, its neighbours must go on
            if len(units) > 1 and isinstance(units, Events | Sequences):
                for half in np.array_split(np.arange(len(units)), 2):
                    self._score(loaded, units.take(half), None, findings, dead)
            else:
                self.counters.errors[name] += 1
                dead += poisonous(loaded, units, error)

    @property
    def sources(self) -> list[Source]:
        """The detectors that run."""
        return [loaded.source for loaded in self._loaded]

    def state(self) -> dict[str, Any]:
        """Return what continuing exactly needs, as msgpack-able values."""
        return {
            "streams": self.streams.state(),
            "catalogue": self.catalogue.state(),
            "learning": self.learning.state(),
            "deployments": self._deployments.state(),
            "parser": self._parser.state(),
            "windower": self._windower.state(),
            "decider": self._decider.state(),
            "counts": self._counts.state(),
            "detectors": {loaded.source.detector_id: loaded.detector.state() for loaded in self._loaded},
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.learning.restore(state["learning"])
        self._deployments.restore(state.get("deployments", {}))
        self._parser.restore(state["parser"])
        self._windower.restore(state["windower"])
        self._decider.restore(state["decider"])
        self._counts.restore(state.get("counts", []))
        for loaded in self._loaded:
            saved = state["detectors"].get(loaded.source.detector_id)
            if saved is not None:
                loaded.detector.restore(saved)


def score_batches(
    pipeline: Pipeline, batches: Iterable[Batch], seen: Callable[[Batch], None] = lambda _: None
) -> Iterable[Findings]:
    """Yield the findings of all `batches` and of their end; calls `seen` after each batch."""
    for batch in batches:
        yield pipeline.process(batch)
        seen(batch)
    yield pipeline.flush()
