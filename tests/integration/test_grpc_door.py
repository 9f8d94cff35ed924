"""The gRPC door over real channels: what every outcome is answered with, health, TLS, sizes, stopping."""

import asyncio
import socket
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub

from burl.clock import ManualClock
from burl.errors import ConfigError, Permanent, Refused, Retryable, Undecodable
from burl.receive.batch import StreamTable
from burl.receive.counters import ReceiveCounters
from burl.receive.otlp import Decoder
from burl.receive.server import HEALTH_SERVICES, INGEST_SERVICES, LOGS_SERVICE, Door
from burl.receive.settings import ReceiveSettings, TlsSettings
from burl.receive.status import DETAILS_KEY

MIB = 1024 * 1024
NOW_NS = 1_795_350_000 * 10**9
EXPORT = f"/{LOGS_SERVICE}/Export"
CHANNEL_OPTIONS = [("grpc.max_send_message_length", -1)]
Use = Callable[[int, Door], Awaitable[None]]


class Decoding:
    """Decodes what comes in, and raises what it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.bodies: list[str] = []
        self.senders: list[str] = []
        self.arrivals: list[int] = []
        self._decoder = Decoder(ReceiveSettings(), StreamTable())

    async def ingest(self, raw: bytes, sender: str, arrival_ns: int) -> int:
        if self.error:
            raise self.error
        self.senders.append(sender)
        self.arrivals.append(arrival_ns)
        for batch in self._decoder.decode(raw, sender, arrival_ns):
            self.bodies += batch.bodies
        return 0


class Held:
    """Holds every request until it is let go."""

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.let_go = asyncio.Event()

    async def ingest(self, raw: bytes, sender: str, arrival_ns: int) -> int:  # noqa: ARG002 - the protocol's
        self.came.set()
        await self.let_go.wait()
        return 0


def serve(ingest: Any, use: Use, **settings: Any) -> ReceiveCounters:
    """Start a door in front of `ingest`, let `use` talk to it, stop it."""
    counters = ReceiveCounters()

    async def main() -> None:
        chosen = ReceiveSettings(**{"listen": "127.0.0.1:0", **settings})
        door = Door(chosen, ingest, ManualClock(NOW_NS), counters)
        port = await door.start()
        try:
            await use(port, door)
        finally:
            await door.stop(0)

    asyncio.run(main())
    return counters


def start_export(channel: aio.Channel, raw: bytes, **options: Any) -> aio.UnaryUnaryCall[bytes, bytes]:
    return channel.unary_unary(EXPORT, bytes, bytes)(raw, **options)


async def export(port: int, raw: bytes, **options: Any) -> bytes:
    async with aio.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS) as channel:
        return await start_export(channel, raw, **options)


async def error_of(port: int, raw: bytes) -> aio.AioRpcError:
    with pytest.raises(aio.AioRpcError) as caught:
        await export(port, raw)
    return caught.value


def request(*bodies: str) -> ExportLogsServiceRequest:
    message = ExportLogsServiceRequest()
    scope = message.resource_logs.add().scope_logs.add()
    for body in bodies:
        scope.log_records.add(time_unix_nano=NOW_NS).body.string_value = body
    return message


def details(error: aio.AioRpcError) -> list[Any]:
    metadata: Any = error.trailing_metadata()
    return [value for key, value in metadata if key == DETAILS_KEY]


def retry_seconds(error: aio.AioRpcError) -> float:
    status = Status.FromString(details(error)[0])
    info = RetryInfo()
    assert status.code == grpc.StatusCode.UNAVAILABLE.value[0]
    assert status.details[0].Unpack(info)
    return float(info.retry_delay.ToNanoseconds() / 1e9)


def test_stored_is_ok_without_partial_success() -> None:
    ingest = Decoding()

    async def use(port: int, _: Door) -> None:
        reply = await export(port, request("one", "two").SerializeToString())
        assert not ExportLogsServiceResponse.FromString(reply).HasField("partial_success")

    serve(ingest, use)
    assert ingest.bodies == ["one", "two"]
    assert ingest.senders == ["127.0.0.1"]
    assert ingest.arrivals == [NOW_NS]


def test_the_stock_client_is_understood_and_an_empty_request_is_ok() -> None:
    async def use(port: int, _: Door) -> None:
        async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = LogsServiceStub(channel)  # type: ignore[no-untyped-call]  # generated without types
            reply = await stub.Export(ExportLogsServiceRequest())
            assert reply == ExportLogsServiceResponse()

    serve(Decoding(), use)


def test_gzip_is_accepted() -> None:
    ingest = Decoding()

    async def use(port: int, _: Door) -> None:
        raw = request("packed " * 1000).SerializeToString()
        await export(port, raw, compression=grpc.Compression.Gzip)

    serve(ingest, use)
    assert ingest.bodies == ["packed " * 1000]


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (Refused("store_down"), grpc.StatusCode.UNAVAILABLE, "store_down"),
        (Retryable("connection reset"), grpc.StatusCode.UNAVAILABLE, "store"),
        (Permanent("mapping"), grpc.StatusCode.UNAVAILABLE, "internal_error"),
        (ZeroDivisionError("a bug"), grpc.StatusCode.UNAVAILABLE, "internal_error"),
        (Undecodable("cut short"), grpc.StatusCode.INVALID_ARGUMENT, "undecodable"),
    ],
)
def test_each_error_has_its_status(error: Exception, code: grpc.StatusCode, reason: str) -> None:
    async def use(port: int, _: Door) -> None:
        got = await error_of(port, b"")
        assert got.code() == code
        assert bool(details(got)) == (code == grpc.StatusCode.UNAVAILABLE)

    counters = serve(Decoding(error), use)
    assert counters.refused_requests == {reason: 1}


def test_a_refusal_says_when_to_try_again() -> None:
    async def use(port: int, _: Door) -> None:
        assert retry_seconds(await error_of(port, b"")) == 2.5

    serve(Decoding(Refused("too_much_pending", 2.5)), use)


def test_bytes_that_are_no_request_are_an_invalid_argument() -> None:
    async def use(port: int, _: Door) -> None:
        got = await error_of(port, b"\xff\xff\xff")
        assert got.code() == grpc.StatusCode.INVALID_ARGUMENT

    serve(Decoding(), use)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_a_request_of_64_mib_is_taken(compression: grpc.Compression) -> None:
    ingest = Decoding()
    raw = request(*["x" * MIB] * 64).SerializeToString()

    async def use(port: int, _: Door) -> None:
        await export(port, raw, compression=compression)

    serve(ingest, use)
    assert len(raw) > 64 * MIB
    assert [len(body) for body in ingest.bodies] == [MIB] * 64


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_a_larger_message_is_resource_exhausted(compression: grpc.Compression) -> None:
    ingest = Decoding()

    async def use(port: int, _: Door) -> None:
        with pytest.raises(aio.AioRpcError) as caught:
            await export(port, bytes(3 * MIB), compression=compression)
        assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED

    serve(ingest, use, message_max_bytes=MIB)
    assert ingest.senders == []


def test_too_many_bytes_in_flight_are_refused_at_once() -> None:
    raw = request("x" * (MIB - 100)).SerializeToString()

    async def main(port: int, door: Door, ingest: Held) -> None:
        first = asyncio.create_task(export(port, raw))
        await ingest.came.wait()
        assert door.admission.inflight_bytes == len(raw)
        got = await error_of(port, raw)
        assert (got.code(), got.details()) == (grpc.StatusCode.UNAVAILABLE, "inflight_full")
        assert retry_seconds(got) > 0
        ingest.let_go.set()
        assert await first == b""
        assert (door.admission.requests, door.admission.inflight_bytes) == (0, 0)
        assert await export(port, raw) == b""

    held = Held()
    counters = serve(
        held,
        lambda port, door: main(port, door, held),
        message_max_bytes=MIB,
        inflight_max_bytes=MIB + MIB // 2,
    )
    assert counters.refused_requests == {"inflight_full": 1}


def test_stopping_says_so_refuses_and_lets_what_is_in_flight_be_answered() -> None:
    held = Held()

    async def use(port: int, door: Door) -> None:
        async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            watching = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
            assert (await watching.read()).status == health_pb2.HealthCheckResponse.SERVING
            first = start_export(channel, b"")
            await held.came.wait()
            stopping = asyncio.create_task(door.stop(30))
            assert (await watching.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
            watching.cancel()
            with pytest.raises(aio.AioRpcError) as caught:
                await start_export(channel, b"")
            assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
            held.let_go.set()
            assert await first == b""
        await stopping

    serve(held, use)


@pytest.mark.parametrize("service", HEALTH_SERVICES)
def test_health(service: str) -> None:
    async def use(port: int, door: Door) -> None:
        async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            check = health_pb2_grpc.HealthStub(channel).Check
            asked = health_pb2.HealthCheckRequest(service=service)
            assert (await check(asked)).status == health_pb2.HealthCheckResponse.SERVING
            await door.set_ready(ready=False)
            unready = (await check(asked)).status == health_pb2.HealthCheckResponse.NOT_SERVING
            assert unready == (service in INGEST_SERVICES)

    serve(Decoding(), use)


def test_a_taken_port_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError, match=rf"^cannot listen on {listen}: .*in use") as caught:
            serve(Decoding(), lambda port, door: asyncio.sleep(0), listen=listen)  # noqa: ARG005 - never called
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def certificate(tmp_path: Path) -> TlsSettings:
    cert, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    files = ["-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2"]
    subprocess.run([*command, *files, *subject], check=True, capture_output=True)
    return TlsSettings(cert_file=cert, key_file=key, client_ca_file=cert)


@pytest.mark.parametrize("shows_certificate", [True, False])
def test_mutual_tls(certificate: TlsSettings, *, shows_certificate: bool) -> None:
    ingest = Decoding()
    root = certificate.cert_file.read_bytes()
    own = (certificate.key_file.read_bytes(), root) if shows_certificate else (None, None)
    credentials = grpc.ssl_channel_credentials(root, *own)

    async def use(port: int, _: Door) -> None:
        async with aio.secure_channel(f"localhost:{port}", credentials) as channel:
            call = start_export(channel, request("secret").SerializeToString())
            if shows_certificate:
                assert await call == b""
                return
            with pytest.raises(aio.AioRpcError) as caught:
                await call
            assert caught.value.code() == grpc.StatusCode.UNAVAILABLE

    serve(ingest, use, tls=certificate)
    assert ingest.bodies == (["secret"] if shows_certificate else [])
