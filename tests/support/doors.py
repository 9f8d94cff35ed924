"""Both doors with clients that look the same to a test: what a request is answered with, in gRPC's words."""

import asyncio
import gzip
import http.client
import ssl
import subprocess
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc import aio

from burl.clock import ManualClock
from burl.receive.batch import StreamTable
from burl.receive.counters import ReceiveCounters
from burl.receive.otlp import Decoder
from burl.receive.server import LOGS_SERVICE, Door
from burl.receive.settings import ReceiveSettings, TlsSettings
from burl.receive.status import DETAILS_KEY

NOW_NS = 1_795_350_000 * 10**9
EXPORT = f"/{LOGS_SERVICE}/Export"
_CODES = {200: "OK", 400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 413: "RESOURCE_EXHAUSTED"}
_WAIT_SECONDS = 60


@dataclass(frozen=True)
class Reply:
    """How a request was answered."""

    code: str
    text: str = ""
    body: bytes = b""
    retry_seconds: float | None = None


@dataclass(frozen=True)
class Target:
    """Where doors are, and how they are spoken to."""

    grpc_port: int
    http_port: int
    token: str = ""
    tls: TlsSettings | None = None
    shows_certificate: bool = True


Send = Callable[..., Coroutine[Any, Any, Reply]]
Use = Callable[[Target, Door], Awaitable[None]]


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
    """Start both doors in front of `ingest`, let `use` talk to them, stop them."""
    counters = ReceiveCounters()

    async def main() -> None:
        chosen = ReceiveSettings(**{"listen": "127.0.0.1:0", "http_listen": "127.0.0.1:0", **settings})
        door = Door(chosen, ingest, ManualClock(NOW_NS), counters)
        target = Target(await door.start(), door.http_port, tls=chosen.tls)
        try:
            await use(target, door)
        finally:
            await door.stop(0)

    asyncio.run(main())
    return counters


async def send_grpc(target: Target, raw: bytes, *, packed: bool = False) -> Reply:
    """Send over gRPC, packed by the library itself."""
    compression = grpc.Compression.Gzip if packed else grpc.Compression.NoCompression
    metadata = [("authorization", f"Bearer {target.token}")] if target.token else None
    try:
        async with _channel(target) as channel:
            call = channel.unary_unary(EXPORT, bytes, bytes)
            return Reply("OK", body=await call(raw, compression=compression, metadata=metadata))
    except aio.AioRpcError as error:
        return Reply(error.code().name, error.details() or "", retry_seconds=_retry_seconds(error))


def _channel(target: Target) -> aio.Channel:
    options = [("grpc.max_send_message_length", -1)]
    if target.tls is None:
        return aio.insecure_channel(f"127.0.0.1:{target.grpc_port}", options=options)
    root = target.tls.cert_file.read_bytes()
    own = (target.tls.key_file.read_bytes(), root) if target.shows_certificate else (None, None)
    credentials = grpc.ssl_channel_credentials(root, *own)
    return aio.secure_channel(f"localhost:{target.grpc_port}", credentials, options=options)


def _retry_seconds(error: aio.AioRpcError) -> float | None:
    metadata: Any = error.trailing_metadata()
    details = [value for key, value in metadata or () if key == DETAILS_KEY]
    return _retry_info(details[0]) if details else None


def _retry_info(raw: bytes) -> float | None:
    status, info = Status.FromString(raw), RetryInfo()
    if not status.details:
        return None
    assert status.details[0].Unpack(info)
    return float(info.retry_delay.ToNanoseconds() / 1e9)


async def send_http(target: Target, raw: bytes, *, packed: bool = False) -> Reply:
    """Send over HTTP; what is no HTTP answer is UNAVAILABLE, as gRPC has it."""
    headers = {"content-type": "application/x-protobuf"}
    if packed:
        raw, headers["content-encoding"] = gzip.compress(raw, 1), "gzip"
    if target.token:
        headers["authorization"] = f"Bearer {target.token}"
    try:
        return await asyncio.to_thread(_post, target, raw, headers)
    except OSError as error:
        return Reply("UNAVAILABLE", str(error))


def _post(target: Target, raw: bytes, headers: dict[str, str]) -> Reply:
    connection = _connection(target)
    try:
        connection.request("POST", "/v1/logs", raw, headers)
        answer = connection.getresponse()
        content, retry_after = answer.read(), answer.getheader("retry-after")
    finally:
        connection.close()
    code = _CODES.get(answer.status, "UNAVAILABLE" if answer.status == 503 else str(answer.status))
    if code == "OK":
        return Reply(code, body=content)
    status = Status.FromString(content)
    assert (retry_after is None) == (_retry_info(content) is None)
    return Reply(code, status.message, retry_seconds=_retry_info(content))


def _connection(target: Target) -> http.client.HTTPConnection:
    if target.tls is None:
        return http.client.HTTPConnection("127.0.0.1", target.http_port, timeout=_WAIT_SECONDS)
    context = ssl.create_default_context(cafile=str(target.tls.cert_file))
    if target.shows_certificate:
        context.load_cert_chain(target.tls.cert_file, target.tls.key_file)
    return http.client.HTTPSConnection("localhost", target.http_port, timeout=_WAIT_SECONDS, context=context)


def make_certificate(folder: Path, *, days: int = 2) -> TlsSettings:
    """Make, or renew, a certificate that signs itself; whoever shows it is let in."""
    cert, key = folder / "tls.crt", folder / "tls.key"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    files = ["-nodes", "-keyout", str(key), "-out", str(cert), "-days", str(days)]
    subprocess.run([*command, *files, *subject], check=True, capture_output=True)
    return TlsSettings(cert_file=cert, key_file=key, client_ca_file=cert)
