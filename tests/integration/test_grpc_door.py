"""What only the gRPC door has: the stock client, health, stopping, a taken port."""

import asyncio
import socket
from collections.abc import AsyncIterator

import grpc
import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub

from burl.errors import ConfigError
from burl.receive.server import DETECTION_SERVICE, HEALTH_SERVICES, INGEST_SERVICES, Door
from support.doors import EXPORT, Decoding, Held, Target, serve

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def channel_to(target: Target) -> aio.Channel:
    return aio.insecure_channel(f"127.0.0.1:{target.grpc_port}")


def test_the_stock_client_is_understood() -> None:
    async def use(target: Target, _: Door) -> None:
        async with channel_to(target) as channel:
            stub = LogsServiceStub(channel)
            reply = await stub.Export(ExportLogsServiceRequest())
            assert reply == ExportLogsServiceResponse()

    serve(Decoding(), use)


def test_stopping_says_so_refuses_and_lets_what_is_in_flight_be_answered() -> None:
    held = Held()

    async def use(target: Target, door: Door) -> None:
        async with channel_to(target) as channel:
            export = channel.unary_unary(EXPORT, bytes, bytes)
            watching = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
            assert (await watching.read()).status == SERVING
            first = export(b"")
            await held.came.wait()
            stopping = asyncio.create_task(door.stop(30))
            assert (await watching.read()).status == NOT_SERVING
            watching.cancel()
            with pytest.raises(aio.AioRpcError) as caught:
                await export(b"")
            assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
            held.let_go.set()
            assert await first == b""
        await stopping

    serve(held, use)


def test_a_sender_that_is_cut_off_is_not_counted_as_one_that_sends_too_much() -> None:
    """A sender's restart must raise no alert about requests that are turned away for good."""

    async def use(target: Target, _: Door) -> None:
        async with channel_to(target) as channel:
            nothing = channel.stream_unary(EXPORT, bytes, bytes)(iter(()))
            with pytest.raises(aio.AioRpcError) as caught:
                await nothing
            assert caught.value.code() == grpc.StatusCode.UNAVAILABLE

    assert dict(serve(Decoding(), use).refused_requests) == {"cut_off": 1}


@pytest.mark.parametrize("service", HEALTH_SERVICES)
def test_health_tells_ingest_from_detection(service: str) -> None:
    async def use(target: Target, door: Door) -> None:
        async with channel_to(target) as channel:
            check = health_pb2_grpc.HealthStub(channel).Check
            asked = health_pb2.HealthCheckRequest(service=service)
            assert (await check(asked)).status == SERVING
            await door.set_ready(ready=False)
            assert ((await check(asked)).status == NOT_SERVING) == (service in INGEST_SERVICES)
            await door.set_ready(ready=True)
            await door.set_detecting(detecting=False)
            assert ((await check(asked)).status == NOT_SERVING) == (service == DETECTION_SERVICE)

    serve(Decoding(), use)


def test_a_message_that_never_comes_is_put_off() -> None:
    async def nothing() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async def use(target: Target, _: Door) -> None:
        async with channel_to(target) as channel:
            with pytest.raises(aio.AioRpcError) as caught:
                await channel.stream_unary(EXPORT, bytes, bytes)(nothing())
            assert (caught.value.code(), caught.value.details()) == (
                grpc.StatusCode.UNAVAILABLE,
                "slow_sender",
            )

    counters = serve(Decoding(), use, read_timeout_seconds=0.05)
    assert counters.refused_requests == {"slow_sender": 1}


async def unused(_: Target, __: Door) -> None:
    raise AssertionError("nobody can be served")


@pytest.mark.parametrize("setting", ["listen", "http_listen"])
def test_a_taken_port_is_one_line(capfd: pytest.CaptureFixture[str], setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError, match=rf"cannot listen on {address}: .*in use") as caught:
            serve(Decoding(), unused, **{setting: address})
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")
