"""Changes that come between two requests: suppressions, and another bundle."""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from burl.bundle import Bundle, load_bundle
from burl.clock import ManualClock
from burl.config import Settings
from burl.decide import Findings
from burl.decide.settings import DecideSettings
from burl.engine.engine import Engine
from burl.engine.settings import EngineSettings, StateSettings
from burl.engine.storage import Storage
from burl.engine.writer import Writer
from burl.errors import BundleError
from burl.feedback.verdict import Verdict, suppression, verdict_document
from burl.pipelines import make_pipeline
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings
from support import otlp
from support.bundles import BUNDLE

NOW_NS = 1_795_350_000 * 10**9
_SETTINGS = Settings(decide=DecideSettings(budget="200/day"))
STRANGE = "quota of tenant blue exhausted, shedding everything"
STRANGER = "certificate store cannot be opened by anybody"


class Memory:
    """A sink that remembers."""

    name = "memory"

    def __init__(self) -> None:
        self.findings = Findings()

    def write(self, findings: Findings) -> None:
        self.findings.extend(findings)

    def healthy(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing to let go of."""

    def lines(self) -> list[str]:
        return [str(a.document.get("log.record.original")) for a in self.findings.annotations]


class Running:
    """An engine over `directory`; each life of it is one `use`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.sink = Memory()

    def use(
        self,
        work: Callable[[Engine], Awaitable[None]],
        bundle: Bundle | None = None,
        *,
        die: bool = False,
    ) -> "Running":
        """Start it, let `work` use it, and stop it: at once, as by SIGKILL, when it is to `die`."""
        clock = ManualClock(NOW_NS)
        storage = Storage(StateSettings(directory=self.directory), clock)
        state = storage.recovered.state
        pipeline = make_pipeline(
            _SETTINGS, bundle or load_bundle(BUNDLE), state["pipeline"] if state else None
        )
        writer = Writer(self.sink, random.Random(1))
        engine = Engine(
            pipeline=pipeline,
            decoder=Decoder(ReceiveSettings(), pipeline.streams),
            storage=storage,
            writer=writer,
            clock=clock,
            settings=EngineSettings(),
        )
        writer.start()
        engine.recover()
        engine.start()
        asyncio.run(_called(work, engine))
        if not die:
            engine.stop()
        return self


async def _called(work: Callable[[Engine], Awaitable[None]], engine: Engine) -> None:
    await work(engine)


def request(*bodies: str, second: int = 0) -> bytes:
    at_ns = NOW_NS + second * otlp.SECOND_NS
    records = [otlp.record(body, at_ns + number) for number, body in enumerate(bodies)]
    return otlp.request(records, otlp.of_pod("shop-api-229ff5fb5-dn4qt"))


async def send(engine: Engine, *bodies: str, second: int = 0) -> None:
    await engine.ingest(request(*bodies, second=second), "peer", NOW_NS)


@pytest.fixture
def running(tmp_path: Path) -> Running:
    return Running(tmp_path / "state")


def rule_for(sink: Memory, line: str) -> dict[str, object]:
    found = next(a.document for a in sink.findings.annotations if a.document["log.record.original"] == line)
    return suppression(verdict_document(Verdict("normal"), found, NOW_NS))


def test_what_is_suppressed_is_not_found_again_and_another_line_is(running: Running) -> None:
    async def work(engine: Engine) -> None:
        await send(engine, STRANGE)
        await engine.suppress([rule_for(running.sink, STRANGE)])
        await send(engine, STRANGE, STRANGER, second=1)

    assert running.use(work).sink.lines() == [STRANGE, STRANGER]


def test_a_killed_agent_hides_the_same(running: Running) -> None:
    async def found_then_hidden(engine: Engine) -> None:
        await send(engine, STRANGE)
        await engine.suppress([rule_for(running.sink, STRANGE)])
        await send(engine, STRANGE, second=1)

    async def again(engine: Engine) -> None:
        await send(engine, STRANGE, STRANGER, second=2)

    running.use(found_then_hidden, die=True)
    before = [a.id for a in running.sink.findings.annotations]
    running.use(again)
    after = [a.id for a in running.sink.findings.annotations]
    assert running.sink.lines() == [STRANGE, STRANGE, STRANGER]  # the first is written again, as it was
    assert after[: 2 * len(before)] == before * 2
    running.use(again)
    assert running.sink.lines().count(STRANGE) == 2


def test_another_bundle_goes_on_where_the_old_one_was(running: Running) -> None:
    async def work(engine: Engine) -> None:
        await send(engine, STRANGE)
        await engine.suppress([rule_for(running.sink, STRANGE)])
        await engine.adopt(load_bundle(BUNDLE))
        await send(engine, STRANGE, STRANGER, second=1)

    found = running.use(work).sink.findings
    assert running.sink.lines() == [STRANGE, STRANGER]
    assert len({a.document["incident_id"] for a in found.annotations}) == 1

    async def nothing(engine: Engine) -> None:
        assert engine.alive

    assert running.use(nothing).sink.lines() == [STRANGE, STRANGER]


def test_a_bundle_that_does_not_load_leaves_the_old_one_at_work(running: Running, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(BUNDLE, copied)
    damaged = load_bundle(copied)
    (copied / "templates.json").write_text("{}")

    async def work(engine: Engine) -> None:
        with pytest.raises(BundleError):
            await engine.adopt(damaged)
        await send(engine, STRANGE)

    assert running.use(work).sink.lines() == [STRANGE]
