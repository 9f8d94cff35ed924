"""`burl run`: the agent - door, engine and sinks wired together, started, and stopped by a signal."""

import asyncio
import logging
import random
import signal
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from burl.bundle.factory import make_registry
from burl.clock import Clock, SystemClock
from burl.config import Settings
from burl.engine.champion import Champion
from burl.engine.engine import Engine
from burl.engine.measured import Measured
from burl.engine.memory import settle
from burl.engine.metrics import agent_metrics
from burl.engine.raw_logs import raw_log_index
from burl.engine.shadow import Shadow
from burl.engine.storage import Storage
from burl.engine.watch import Watch
from burl.engine.writer import Writer
from burl.feedback import Desk, Follower
from burl.feedback.service import FeedbackService
from burl.metrics import AnyMetric
from burl.pipelines import make_shadow, recovered_pipeline
from burl.receive.counters import ReceiveCounters
from burl.receive.otlp import Decoder
from burl.receive.server import Door
from burl.receive.tokens import Tokens
from burl.telemetry import start_logging
from burl.write.base import Store
from burl.write.factory import Counters, make_sinks, make_store
from burl.write.fanout import FanOut

if TYPE_CHECKING:  # the web server's libraries, 4 MB, are loaded where something is served by HTTP
    from burl.receive.web import WebServer
    from burl.telemetry_server import TelemetryServer

_LOG = logging.getLogger(__name__)
_GRACE_SECONDS = 5.0


@dataclass(slots=True)
class Agent:
    """A wired agent; `run` serves until `stop`."""

    engine: Engine
    writer: Writer
    door: Door
    store: Store
    sink: FanOut
    watch: Watch
    follower: Follower
    champion: Champion
    shadow: Shadow
    telemetry: "TelemetryServer | None"
    console: "WebServer | None"
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> int:
        """Recover, listen and serve; return the port. Raises ConfigError."""
        if self.telemetry:
            await self.telemetry.start()
        self.writer.start()
        replayed = await asyncio.to_thread(self.engine.recover)
        self.engine.start()
        await self.follower.start()
        if self.console:
            await self.console.start()
        port = await self.door.start()
        background = (self.watch.run(), self.follower.run(), self._follow())
        self.tasks = [asyncio.create_task(work) for work in background]
        settle()
        _LOG.info("listening on port %d; %d journaled requests replayed", port, replayed)
        return port

    async def _follow(self) -> None:
        await self.champion.follow(self.engine.adopt, self.shadow.use)

    async def stop(self) -> None:
        """Refuse what comes, finish what was taken in, save the state."""
        for task in self.tasks:
            task.cancel()
        self.engine.refuse()
        if self.console:
            await self.console.stop(_GRACE_SECONDS)
        await self.door.stop(_GRACE_SECONDS)
        await asyncio.to_thread(self.engine.stop)
        await asyncio.to_thread(self.shadow.stop)
        self.sink.close()
        if self.telemetry:
            await self.telemetry.stop()


def make_agent(settings: Settings, clock: Clock | None = None) -> Agent:
    """Wire an agent. Raises ConfigError or BundleError when something it is told to use cannot be used."""
    start_logging(settings.telemetry)
    clock = clock or SystemClock()
    rng = random.SystemRandom()
    bundles = settings.state.directory / "bundles"
    registry = make_registry(settings.bundle, settings.write.opensearch, clock, bundles)
    champion = Champion(settings.bundle, registry)
    bundle = champion.load()
    storage = Storage(settings.state, clock)
    pipeline = recovered_pipeline(settings, bundle, storage)
    write_counters: Counters = {}
    store = make_store(settings.write, clock, rng, write_counters)
    sink = FanOut(store, make_sinks(settings.write, clock, rng, write_counters))
    raw_logs = raw_log_index(settings.write, settings.platform.raw_index)
    measured = Measured(sink, clock, socket.gethostname(), raw_logs)
    writer = Writer(measured, rng)
    counters = ReceiveCounters()
    shadow = make_shadow(settings, store, clock, pipeline)
    engine = Engine(
        pipeline=pipeline,
        decoder=Decoder(settings.receive, pipeline.streams, counters),
        storage=storage,
        writer=writer,
        clock=clock,
        settings=settings.engine,
        shadow=shadow,
    )
    follower = Follower(
        store=store,
        apply=engine.suppress,
        hidden=lambda: pipeline.suppressor.hidden,
        agent=socket.gethostname(),
        settings=settings.feedback,
        clock=clock,
        rng=rng,
    )
    feedback = FeedbackService(Desk(store, clock), follower.look, Tokens(settings.receive).check)
    door = Door(settings.receive, engine, clock, counters, [feedback.handler()])
    watch = Watch(
        door=door,
        engine=engine,
        pipeline=pipeline,
        refused=counters.refused_requests,
        clock=clock,
        bundle_refusal=lambda: champion.refusal,
    )
    metrics = agent_metrics(
        receive=counters,
        write=write_counters,
        pipeline=pipeline,
        writer=writer,
        admission=door.admission,
        measured=measured,
        feedback=follower.counters,
        champion=champion,
        shadow=shadow,
    )
    return Agent(
        engine=engine,
        writer=writer,
        door=door,
        store=store,
        sink=sink,
        watch=watch,
        follower=follower,
        champion=champion,
        shadow=shadow,
        telemetry=_telemetry(settings.telemetry.metrics_listen, metrics, watch),
        console=_console(settings, store, clock, follower) if settings.console.enabled else None,
    )


def _telemetry(listen: str | None, metrics: list[AnyMetric], watch: Watch) -> "TelemetryServer | None":
    if listen is None:
        return None
    from burl.telemetry_server import TelemetryServer  # web libraries only where asked for

    return TelemetryServer(listen, metrics, live=watch.live, ready=watch.ready)


def _console(settings: Settings, store: Store, clock: Clock, follower: Follower) -> "WebServer":
    from burl.console.serving import console_server  # templates only where they are shown

    registry = make_registry(settings.bundle, settings.write.opensearch, clock)
    return console_server(settings.console, store, registry, clock, follower.look)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises ConfigError or BundleError before anything is taken in."""
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    agent = make_agent(settings)  # inside the loop: gRPC's server belongs to the loop it was made in
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        await agent.start()
        stack.push_async_callback(agent.stop)
        await stopping.wait()
        _LOG.info("stopping")
