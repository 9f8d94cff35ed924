"""The OTLP/gRPC door: `LogsService/Export` and the standard health service."""

import logging
import socket
from typing import Protocol
from urllib.parse import unquote

import grpc
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from burl.clock import Clock
from burl.errors import ConfigError
from burl.receive.admission import Admission
from burl.receive.counters import ReceiveCounters
from burl.receive.settings import ReceiveSettings, TlsSettings
from burl.receive.status import answer

LOGS_SERVICE = "opentelemetry.proto.collector.logs.v1.LogsService"
HEALTH_SERVICES = ("", LOGS_SERVICE, "liveness", "readiness")

_FRAMING_BYTES = 1024 * 1024
"""Room above `message_max_bytes`, so that a request of just that size is never refused for ever."""
_STORED = b""
"""An ExportLogsServiceResponse without partial_success."""
_LOG = logging.getLogger(__name__)


class Ingest(Protocol):
    """What stands behind the door."""

    async def ingest(self, raw: bytes, sender: str, arrival_ns: int) -> int:
        """Take in a serialised ExportLogsServiceRequest; return when all that it led to is stored.

        Args:
            raw: the request, decompressed.
            sender: the peer's host.
            arrival_ns: when it arrived, nanoseconds since the epoch.

        Returns:
            How many records went to the dead letters; never reported to the sender, who would lose them.

        Raises:
            Refused: try again later.
            Undecodable: it is no such request; its bytes are in the dead letters.
        """
        ...


class Door:
    """The gRPC server. Everything but I/O is done by the `Ingest` behind it."""

    def __init__(
        self, settings: ReceiveSettings, ingest: Ingest, clock: Clock, counters: ReceiveCounters
    ) -> None:
        self.admission = Admission(settings.inflight_max_bytes)
        self._settings = settings
        self._ingest = ingest
        self._clock = clock
        self._counters = counters
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]  # the stubs lack it
        limit = settings.message_max_bytes + _FRAMING_BYTES
        self._server = aio.server(
            options=[("grpc.max_receive_message_length", limit), ("grpc.so_reuseport", 0)]
        )
        method = grpc.unary_unary_rpc_method_handler(self._export)
        handlers = grpc.method_handlers_generic_handler(LOGS_SERVICE, {"Export": method})
        self._server.add_generic_rpc_handlers((handlers,))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)

    async def start(self) -> int:
        """Listen and serve; return the port (that which was free, when the settings say 0).

        Raises:
            ConfigError: the address cannot be listened on, or a certificate cannot be read.
        """
        port = self._bind()
        for service in HEALTH_SERVICES:
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        await self._server.start()
        return port

    async def set_ready(self, *, ready: bool) -> None:
        """Tell the health service's clients whether requests are taken; liveness is not touched."""
        states = health_pb2.HealthCheckResponse
        for service in ("", LOGS_SERVICE, "readiness"):
            await self._health.set(service, states.SERVING if ready else states.NOT_SERVING)

    async def stop(self, grace_seconds: float) -> None:
        """Say NOT_SERVING, refuse what comes, and give what is in flight `grace_seconds` to be answered."""
        await self._health.enter_graceful_shutdown()
        self.admission.close()
        await self._server.stop(grace_seconds)

    def _bind(self) -> int:
        settings = self._settings
        try:
            _try_address(settings)
            if settings.tls:
                return self._server.add_secure_port(settings.listen, _credentials(settings.tls))
            return self._server.add_insecure_port(settings.listen)
        except (OSError, RuntimeError) as error:
            raise ConfigError(f"cannot listen on {settings.listen}: {error}") from error

    async def _export(self, raw: bytes, context: aio.ServicerContext[bytes, bytes]) -> bytes:
        try:
            with self.admission.admit(len(raw)):
                await self._ingest.ingest(raw, peer_host(context.peer()), self._clock.time_ns())
        except Exception as error:  # noqa: BLE001 - what escapes becomes UNKNOWN, and the sender drops the chunk
            await self._refuse(error, context)
        return _STORED

    async def _refuse(self, error: Exception, context: aio.ServicerContext[bytes, bytes]) -> None:
        status = answer(error)
        self._counters.refused_requests[status.reason] += 1
        if status.reason == "internal_error":
            _LOG.error("a request failed; its sender will repeat it", exc_info=error)
        await context.abort(status.code, status.text, status.trailing_metadata)


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


def _credentials(tls: TlsSettings) -> grpc.ServerCredentials:
    pair = (tls.key_file.read_bytes(), tls.cert_file.read_bytes())
    authority = tls.client_ca_file.read_bytes() if tls.client_ca_file else None
    return grpc.ssl_server_credentials([pair], authority, require_client_auth=authority is not None)
