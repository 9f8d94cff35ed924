"""What each room costs a line, measured inside one process: decode, parse, window, detect, decide, write."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from bench.lines import SHOP, Log, shop
from bench.requests import Form, requests
from bench.results import Results, Size
from burl.bundle import load_bundle
from burl.bundle.bundle import SESSIONS, Bundle
from burl.clock import SystemClock
from burl.decide.decider import Decider
from burl.decide.finding import Finding
from burl.decide.learning import Learning
from burl.decide.settings import DecideSettings
from burl.decide.suppression import Suppressor
from burl.detect import Units
from burl.engine.findings import FindingMaker
from burl.engine.loaded import load_detectors
from burl.parse import Catalogue, Parser
from burl.receive.batch import Batch, StreamTable
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.window.windower import Windowed, Windower
from burl.write.counters import WriteCounters
from burl.write.settings import SqliteSettings
from burl.write.sqlite import SqliteStore

T = TypeVar("T")
NAMES = ("decode", "parse", "window", "detect", "decide", "write")


class Rooms:
    """The rooms of one agent, each under a stopwatch of processor time."""

    def __init__(self, bundle: Bundle, store: SqliteStore) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._streams, self._catalogue = StreamTable(), Catalogue()
        self._decoder = Decoder(ReceiveSettings(), self._streams)
        frozen = bundle.templates()
        self._parser = Parser(frozen.settings, self._catalogue, frozen)
        decide = DecideSettings()
        self._loaded = load_detectors(bundle, decide)
        for each in self._loaded:
            each.detector.bind(self._streams)
        self._windower = Windower(
            WindowSettings.model_validate(bundle.manifest.window),
            self._catalogue,
            self._streams,
            SessionSpec.from_json(bundle.path(SESSIONS).read_text()),
            self._parser.parameters,
            windows=any(each.source.unit == "window" for each in self._loaded),
        )
        learning = Learning(frozenset(bundle.manifest.training.services), self._streams.service_name)
        self._maker = FindingMaker(self._streams, learning.at, lambda _stream, _time_ns: None)
        suppressor = Suppressor(bundle.manifest.version, frozen.supersedes)
        self._decider = Decider(decide, self._catalogue, suppressor)
        self._store = store

    def work(self, raw: bytes) -> None:
        """Take one request through all rooms."""
        batches = self._timed("decode", lambda: list(self._decoder.decode(raw, "bench", 0)))
        for batch in batches:
            self._judge(batch)

    def _judge(self, batch: Batch) -> None:
        templates = self._timed("parse", lambda: self._parser.parse(batch.bodies, batch.streams))
        windowed = self._timed("window", lambda: self._windower.feed(batch, templates))
        found = self._timed("detect", lambda: self._detect(windowed))
        newest_ns = int(batch.times_ns.max())
        findings = self._timed("decide", lambda: self._decider.decide(found, newest_ns))
        if findings:
            self._timed("write", lambda: self._store.write(findings))

    def _detect(self, windowed: Windowed) -> list[Finding]:
        by_unit = _by_unit(windowed)
        found: list[Finding] = []
        for each in self._loaded:
            units = by_unit[each.source.unit]
            if len(units) or each.source.unit == "interval":
                found += self._maker.make(each, units, each.detector.score(units), windowed)
        return found

    def _timed(self, room: str, work: Callable[[], T]) -> T:
        began = time.thread_time()
        result = work()
        self.seconds[room] += time.thread_time() - began
        return result


def _by_unit(windowed: Windowed) -> dict[str, Units]:
    return {
        "event": windowed.events,
        "window": windowed.windows,
        "session": windowed.sessions,
        "interval": windowed.intervals,
    }


def costs(bundle: Path, log: Log, lines: int) -> dict[str, float]:
    """Return microseconds a line by room; a quarter as many lines before warm up."""
    warm = lines // 4
    raws = list(requests(log.fresh(warm + lines), Form()))
    begin = warm // Form().records
    with tempfile.TemporaryDirectory() as folder:
        settings = SqliteSettings(path=Path(folder, "burl.sqlite"))
        with closing(SqliteStore(settings, SystemClock(), WriteCounters())) as store:
            rooms = Rooms(load_bundle(bundle), store)
            for raw in raws[:begin]:
                rooms.work(raw)
            rooms.seconds.clear()
            for raw in raws[begin:]:
                rooms.work(raw)
    return {room: rooms.seconds[room] / lines * 1e6 for room in NAMES}


def measure(results: Results, size: Size) -> None:
    """Add the figures of all rooms."""
    measured = [costs(SHOP / "bundle", shop(), size.lines // 2) for _ in range(size.rounds)]
    for room in NAMES:
        results.add(f"rooms/{room}", [each[room] for each in measured], "us/line")
