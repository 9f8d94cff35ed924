"""An engine with its real journal, rooms and embedded store in this process; the store can be hindered."""

import asyncio
import random
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from burl.clock import Clock, SystemClock
from burl.config import Settings
from burl.decide import Findings
from burl.engine.engine import Engine
from burl.engine.storage import Storage
from burl.engine.writer import Writer
from burl.errors import Retryable
from burl.pipelines import recovered_pipeline
from burl.receive.otlp import Decoder
from burl.write.base import Store
from burl.write.factory import make_store

SENDER = "127.0.0.1"
EPOCH = 1_795_350_000
Line = tuple[str, int, str]
"""Pod, seconds since `EPOCH`, text."""
HISTORY: list[Line] = [("api-0", -1, "request served")] * 2000
"""What makes a line of another kind a surprise."""


def request(lines: Sequence[Line]) -> bytes:
    """Return a serialised request; a line's uid is its pod, time and text."""
    message = ExportLogsServiceRequest()
    for pod, seconds, text in lines:
        logs = message.resource_logs.add()
        logs.resource.attributes.add(key="k8s.pod.name").value.string_value = pod
        record = logs.scope_logs.add().log_records.add(time_unix_nano=(EPOCH + seconds) * 10**9)
        record.body.string_value = text
        uid = record.attributes.add(key="log.record.uid")
        uid.value.string_value = f"{pod}@{seconds}@{text[:80]}"
    return message.SerializeToString()


class Hindered:
    """The real store behind a door: shut by `down` it fails at once, by `hang` it waits to be opened."""

    name = "hindered"

    def __init__(self, store: Store) -> None:
        self.store = store
        self._open = threading.Event()
        self._down = False
        self.let("through")

    def let(self, what: Literal["through", "down", "hang"]) -> None:
        """Say what becomes of writes from now on, those that wait included."""
        self._down = what == "down"
        if what == "hang":
            self._open.clear()
        else:
            self._open.set()

    def write(self, findings: Findings) -> None:
        """Store when the door is open. Raises Retryable when it is shut."""
        self._open.wait()
        if self._down:
            raise Retryable("the store is down")
        self.store.write(findings)

    def healthy(self) -> bool:
        """Return False while it is down."""
        return not self._down

    def close(self) -> None:
        """Close the store."""
        self.store.close()


class EngineWorld:
    """One life of an engine over `directory`; make another one for the next life."""

    def __init__(
        self,
        directory: Path,
        engine: dict[str, object] | None = None,
        state: dict[str, object] | None = None,
        clock: Clock | None = None,
        redact: dict[str, object] | None = None,
    ) -> None:
        settings = Settings.model_validate(
            {
                "receive": {"max_ahead_seconds": 1e9, "redact": redact or {}},
                "state": {"directory": directory / "state", "checkpoint_seconds": 3600} | (state or {}),
                "write": {"sqlite": {"path": directory / "burl.sqlite"}},
                "engine": engine or {},
            }
        )
        clock = clock or SystemClock()
        rng = random.Random(1)
        self.sink = Hindered(make_store(settings.write, clock, rng, {}))
        self.storage = Storage(settings.state, clock)
        self.pipeline = recovered_pipeline(settings, None, self.storage)
        self.writer = Writer(self.sink, rng, stop_seconds=0.5)
        self.engine = Engine(
            pipeline=self.pipeline,
            decoder=Decoder(settings.receive, self.pipeline.streams),
            storage=self.storage,
            writer=self.writer,
            clock=clock,
            settings=settings.engine,
        )
        self.clock = clock

    def start(self) -> int:
        """Recover, serve and make sure of some history; return how many requests were replayed."""
        self.writer.start()
        replayed = self.engine.recover()
        self.engine.start()
        asyncio.run(self.send(HISTORY))
        return replayed

    def start_with(self, *raws: bytes) -> list[BaseException | None]:
        """Recover and serve requests that wait when it begins to; return what each is answered with."""
        self.writer.start()
        self.engine.recover()

        async def run() -> list[BaseException | None]:
            waiting = [
                asyncio.create_task(self.engine.ingest(raw, SENDER, self.clock.time_ns())) for raw in raws
            ]
            await asyncio.sleep(0)
            self.engine.start()
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)
            return [outcome if isinstance(outcome, BaseException) else None for outcome in outcomes]

        return asyncio.run(run())

    async def send(self, lines: Sequence[Line]) -> None:
        """Send a request; return when it is answered OK. Raises what it is answered with."""
        await self.engine.ingest(request(lines), SENDER, self.clock.time_ns())

    def annotated(self) -> list[str]:
        """Return the uids of the records that stored annotations name, in order."""
        annotations = self.sink.store.annotations(limit=100_000)
        return sorted(str(annotation["log.record.uid"]) for annotation in annotations)

    def dead_letters(self) -> list[dict[str, object]]:
        """Return the stored dead letters."""
        return self.sink.store.dead_letters(limit=100_000)

    def end(self) -> None:
        """Stop in order, with the store open."""
        self.sink.let("through")
        self.engine.stop()
        self.sink.close()
