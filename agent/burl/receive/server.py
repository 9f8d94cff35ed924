"""The doors: OTLP/gRPC (`LogsService/Export`) with the standard health service, and OTLP/HTTP beside it."""

import logging
import socket
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import grpc
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from burl.clock import Clock
from burl.errors import ConfigError, Refused
from burl.receive.admission import Admission
from burl.receive.counters import ReceiveCounters
from burl.receive.intake import FRAMING_BYTES, Ingest, Intake
from burl.receive.settings import ReceiveSettings
from burl.receive.tls import grpc_credentials

if TYPE_CHECKING:
    from burl.receive.http_door import HttpDoor

LOGS_SERVICE = "opentelemetry.proto.collector.logs.v1.LogsService"
INGEST_SERVICES = ("", LOGS_SERVICE, "readiness")
"""Health services that say whether requests are taken."""
DETECTION_SERVICE = "detection"
"""Health service that says whether all detectors work; logs are taken in and stored in any case."""
HEALTH_SERVICES = (*INGEST_SERVICES, "liveness", DETECTION_SERVICE)

_LOG = logging.getLogger(__name__)
_STORED = b""
"""An ExportLogsServiceResponse without partial_success."""
_OPTIONS = [
    ("grpc.so_reuseport", 0),
    # requests are unpacked by ourselves, in bounds (compression.py)
    ("grpc.per_message_decompression", 0),
    ("grpc.max_concurrent_streams", 256),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.server_handshake_timeout_ms", 10_000),
    # a peer that is gone without a word is found out
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.max_connection_idle_ms", 600_000),
]


class Door:
    """The servers. Everything but I/O is done by the `Ingest` behind them."""

    def __init__(
        self,
        settings: ReceiveSettings,
        ingest: Ingest,
        clock: Clock,
        counters: ReceiveCounters,
        services: "Sequence[grpc.GenericRpcHandler[Any, Any]]" = (),
    ) -> None:
        """Make the doors; `services` are served on gRPC's port, too, and check their own tokens.

        Raises:
            ConfigError: a certificate or a token cannot be read.
        """
        self._settings = settings
        self._intake = Intake(settings, ingest, clock, counters)
        self._http = _http_door(settings, self._intake)
        self._health = health.aio.HealthServicer()
        limit = settings.message_max_bytes + FRAMING_BYTES
        limits = [
            ("grpc.max_receive_message_length", limit),
            ("grpc.max_allowed_incoming_connections", settings.max_connections),
        ]
        self._server = aio.server(options=[*_OPTIONS, *limits])
        # a stream of one message is the same on the wire, and lets us look at who sends before it is read
        method = grpc.stream_unary_rpc_method_handler(self._export)
        handlers = grpc.method_handlers_generic_handler(LOGS_SERVICE, {"Export": method})
        self._server.add_generic_rpc_handlers((handlers, *services))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)

    @property
    def admission(self) -> Admission:
        """What is in flight, through either door."""
        return self._intake.admission

    @property
    def http_port(self) -> int:
        """The port of the HTTP door; 0 before `start`, and when there is none."""
        return self._http.port if self._http else 0

    async def start(self) -> int:
        """Listen and serve; return gRPC's port (that which was free, when the settings say 0).

        Raises:
            ConfigError: an address cannot be listened on, or a certificate cannot be read.
        """
        port = self._bind()
        for service in HEALTH_SERVICES:
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        await self._start_http()
        await self._server.start()
        return port

    async def set_ready(self, *, ready: bool) -> None:
        """Tell the health service's clients whether requests are taken."""
        for service in INGEST_SERVICES:
            await self._set(service, serving=ready)

    async def set_detecting(self, *, detecting: bool) -> None:
        """Tell the health service's clients whether all detectors work."""
        await self._set(DETECTION_SERVICE, serving=detecting)

    async def stop(self, grace_seconds: float) -> None:
        """Say NOT_SERVING, refuse what comes, and give what is in flight `grace_seconds` to be answered."""
        await self._health.enter_graceful_shutdown()
        self.admission.close()
        if self._http:
            await self._http.stop(grace_seconds)
        await self._server.stop(grace_seconds)

    async def _set(self, service: str, *, serving: bool) -> None:
        states = health_pb2.HealthCheckResponse
        await self._health.set(service, states.SERVING if serving else states.NOT_SERVING)

    async def _start_http(self) -> None:
        """Open the HTTP door; one that nobody asked for must keep no agent from starting."""
        if self._http is None:
            return
        try:
            await self._http.start()
        except ConfigError as error:
            if "http_listen" in self._settings.model_fields_set:
                raise
            _LOG.warning("OTLP/HTTP is not served: %s", error)

    def _bind(self) -> int:
        settings = self._settings
        try:
            _try_address(settings)
            if settings.tls:
                return self._server.add_secure_port(settings.listen, grpc_credentials(settings.tls))
            return self._server.add_insecure_port(settings.listen)
        except (OSError, RuntimeError) as error:
            raise ConfigError(f"cannot listen on {settings.listen}: {error}") from error

    async def _export(self, _: AsyncIterable[bytes], context: aio.ServicerContext[bytes, bytes]) -> bytes:
        metadata = dict(context.invocation_metadata() or ())
        authorization = str(metadata.get("authorization", ""))
        refused = await self._intake.take(_arrived(context), authorization, peer_host(context.peer()))
        if refused:
            await context.abort(refused.code, refused.text, refused.trailing_metadata)
        return _STORED


async def _arrived(context: aio.ServicerContext[bytes, bytes]) -> AsyncIterator[bytes]:
    """Yield the one message; that none follows is not waited for, which would cost a turn of the loop.

    Raises Refused when it does not come. Then the sender is gone, or its message is over gRPC's limit, which
    gRPC itself has answered.
    """
    message = await context.read()
    if not isinstance(message, bytes):  # gRPC's mark of the end
        raise Refused("cut_off")
    yield message


def peer_host(peer: str) -> str:
    """Return the host in gRPC's name of a peer: `ipv4:10.0.0.1:5`, `ipv6:%5B::1%5D:5`, `unix:/path`."""
    kind, _, address = unquote(peer).partition(":")
    if kind not in {"ipv4", "ipv6"}:
        return kind
    return address.rpartition(":")[0].strip("[]")


def _try_address(settings: ReceiveSettings) -> None:
    """Bind once ourselves: grpcio would print pages to stderr before it says that a port is taken."""
    port = int(settings.listen.rpartition(":")[2])
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def _http_door(settings: ReceiveSettings, intake: Intake) -> "HttpDoor | None":
    if not settings.http_listen:
        return None
    from burl.receive.http_door import HttpDoor  # web libraries only where asked for

    return HttpDoor(settings, intake)
