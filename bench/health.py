"""How long a health check waits while a request of 64 MiB, the largest allowed, is worked on."""

import asyncio
import tempfile
import time
from pathlib import Path

from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from bench.agent import Agent, agent
from bench.lines import SHOP, START_NS, Line
from bench.requests import Form, requests, write_requests
from bench.results import Results, Size

_LINES = 460_000
_STREAM = ("bench", "health-0", "app")
_PROMISED_SECONDS = 0.1
_CHECK_SECONDS = 0.01


def measure(results: Results, size: Size) -> None:
    """Add the middle, the 99th percentile and the longest wait."""
    lines = [_line(number) for number in range(_LINES // 20 if size.quick else _LINES)]
    with tempfile.TemporaryDirectory() as folder:
        path = write_requests(Path(folder, "large"), requests(lines, Form(records=len(lines))))
        with agent(SHOP / "bundle") as running:
            waits = sorted(asyncio.run(_waits(running, path)))
    results.add("health/median", [waits[len(waits) // 2]], "s")
    results.add("health/p99", [waits[len(waits) * 99 // 100]], "s", _PROMISED_SECONDS)
    results.add("health/longest", [waits[-1]], "s")


def _line(number: int) -> Line:
    body = f"INFO request {number} of user {number % 977} took {number % 83} ms, status 200 " + "x" * 74
    return Line(body, START_NS + number * 1000, _STREAM)


async def _waits(running: Agent, path: Path) -> list[float]:
    """Return how long each check took while the file was sent."""
    waits: list[float] = []
    checking = asyncio.create_task(_check(running.running.port, waits))
    await asyncio.to_thread(running.send, path)
    checking.cancel()
    return waits


async def _check(port: int, waits: list[float]) -> None:
    async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        while True:
            began = time.perf_counter()
            await stub.Check(health_pb2.HealthCheckRequest())
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(_CHECK_SECONDS)
