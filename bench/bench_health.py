"""How long a health check waits while requests of 64 MiB are worked on; it should be 100 ms at most.

python bench/bench_health.py [REQUESTS]
"""

import asyncio
import gc
import statistics
import sys
import tempfile
import time
from pathlib import Path

from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from burl.config import Settings
from burl.engine.agent import make_agent
from burl.engine.settings import StateSettings
from burl.receive.server import LOGS_SERVICE
from burl.receive.settings import ReceiveSettings
from burl.write.settings import SqliteSettings, WriteSettings

MIB = 1024 * 1024
LINES = 460_000


def request(number: int) -> bytes:
    """Return a request of about 64 MiB."""
    message = ExportLogsServiceRequest()
    records = message.resource_logs.add().scope_logs.add().log_records
    start_ns = time.time_ns() - LINES * 1000  # noqa: TID251 - what a sender's clock says
    for line in range(LINES):
        body = (
            f"INFO request {number}-{line} of user {line % 977} took {line % 83} ms, status 200 " + "x" * 66
        )
        records.add(time_unix_nano=start_ns + line * 1000).body.string_value = body
    return message.SerializeToString()


async def checked(port: int, waits: list[float]) -> None:
    """Ask for health every 10 ms, and note how long each answer took."""
    async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        while True:
            began = time.perf_counter()
            await stub.Check(health_pb2.HealthCheckRequest())
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)


async def main(count: int) -> None:
    """Send requests one after the other, and print how long health took meanwhile."""
    raws = [request(number) for number in range(count)]
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            receive=ReceiveSettings(listen="127.0.0.1:0", http_listen=""),
            state=StateSettings(directory=Path(folder) / "state"),
            write=WriteSettings(sqlite=SqliteSettings(path=Path(folder) / "burl.sqlite")),
        )
        agent = make_agent(settings)
        port = await agent.start()
        waits: list[float] = []
        checking = asyncio.create_task(checked(port, waits))
        async with aio.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.max_send_message_length", -1)]
        ) as channel:
            began = time.perf_counter()
            for raw in raws:
                await channel.unary_unary(f"/{LOGS_SERVICE}/Export", bytes, bytes)(raw)
            seconds = time.perf_counter() - began
        checking.cancel()
        await agent.stop()
    waits.sort()
    print(f"{count} requests of {len(raws[0]) / MIB:.0f} MiB in {seconds:.1f} s; {len(waits)} health checks:")
    print(
        f"median {statistics.median(waits) * 1e3:.1f} ms, 99 % {waits[int(len(waits) * 0.99)] * 1e3:.0f} ms,"
        f" longest {waits[-1] * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2))
