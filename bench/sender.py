"""The loading process: sends a file of requests over real gRPC, and says as JSON what became of them.

    python -m bench.sender PORT FILE [--records 500] [--rate LINES_A_SECOND] [--start-ns TIME]
        [--in-flight 8] [--give-up]

With a rate, a request is sent when its last line has been said; its first is said at TIME, or now.
A refused request (UNAVAILABLE) comes again, as from Fluent Bit; with `--give-up` it is counted and left.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

from grpc import StatusCode, aio

from bench.requests import read_requests
from burl.clock import SystemClock

EXPORT = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
_OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.enable_http_proxy", 0)]
_RETRY_SECONDS = 0.2
IN_FLIGHT = 8
"""Requests that wait for their answer at once: `net.max_worker_connections` of deploy/fluent-bit."""


class Sender:
    """Sends requests, so many at a time, not before each one's turn has come."""

    def __init__(
        self, channel: aio.Channel, *, seconds_between: float, seconds_ahead: float, give_up: bool
    ) -> None:
        """Make a sender.

        Args:
            channel: to the agent.
            seconds_between: the turns of two requests; 0: they are sent as fast as they are answered.
            seconds_ahead: until the first line is said.
            give_up: whether a refused request is left.
        """
        self._call = channel.unary_unary(EXPORT, bytes, bytes)
        self._between, self._give_up = seconds_between, give_up
        self._began = time.perf_counter() + seconds_ahead
        self._number = 0
        self.accepted, self.refused = 0, 0
        self.waits: list[float] = []

    async def work(self, raws: Iterator[bytes]) -> None:
        """Send until there is nothing left; several of these share `raws`."""
        for raw in raws:
            self._number += 1
            due = self._began + self._number * self._between
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await self._send(raw)

    async def _send(self, raw: bytes) -> None:
        began = time.perf_counter()
        while True:
            try:
                await self._call(raw, timeout=120.0)
            except aio.AioRpcError as error:
                if error.code() is not StatusCode.UNAVAILABLE:
                    raise
                self.refused += 1
                if self._give_up:
                    return
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self.accepted += 1
                self.waits.append(time.perf_counter() - began)
                return


async def send(asked: argparse.Namespace) -> dict[str, float]:
    """Send the file; return the counts of requests and the seconds it took."""
    raws = read_requests(asked.file)
    between = asked.records / asked.rate if asked.rate else 0.0
    async with aio.insecure_channel(f"127.0.0.1:{asked.port}", options=_OPTIONS) as channel:
        ahead = (asked.start_ns - SystemClock().time_ns()) / 1e9 if asked.start_ns else 0.0
        sender = Sender(channel, seconds_between=between, seconds_ahead=ahead, give_up=asked.give_up)
        began = time.perf_counter()
        await asyncio.gather(*(sender.work(raws) for _ in range(asked.in_flight)))
        seconds = time.perf_counter() - began
    waits = sorted(sender.waits) or [0.0]
    return {
        "accepted": sender.accepted,
        "refused": sender.refused,
        "seconds": seconds,
        "longest_wait_seconds": waits[-1],
    }


def main() -> None:
    """Send, and print the outcome."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--start-ns", type=int, default=0)
    parser.add_argument("--in-flight", type=int, default=IN_FLIGHT)
    parser.add_argument("--give-up", action="store_true")
    print(json.dumps(asyncio.run(send(parser.parse_args()))))


if __name__ == "__main__":
    main()
