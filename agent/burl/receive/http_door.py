"""The OTLP/HTTP door: `POST /v1/logs`, protobuf, as small senders and other collectors speak it."""

import math

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from burl.errors import ConfigError
from burl.receive.intake import Intake
from burl.receive.settings import ReceiveSettings
from burl.receive.status import Answer
from burl.receive.tls import http_context
from burl.receive.web import WebServer

PATH = "/v1/logs"
_PROTOBUF = "application/x-protobuf"
_ENCODINGS = {"", "identity", "gzip", "deflate"}


class HttpDoor:
    """The HTTP server; what it takes is what the gRPC door takes, and so are the answers."""

    def __init__(self, settings: ReceiveSettings, intake: Intake) -> None:
        """Raises ConfigError when a certificate cannot be read."""
        self._intake = intake
        app = Starlette(routes=[Route(PATH, self._export, methods=["POST"])])
        context = http_context(settings.tls) if settings.tls else None
        self._server = WebServer(app, settings.http_listen, context, settings.max_connections)

        self.port = 0

    async def start(self) -> None:
        """Listen and serve. Raises ConfigError."""
        try:
            self.port = await self._server.start()
        except ConfigError as error:
            raise ConfigError(f"receive.http_listen: {error}; empty, it is not served") from None

    async def stop(self, grace_seconds: float) -> None:
        """Refuse what comes, and give what is in flight `grace_seconds` to be answered."""
        await self._server.stop(grace_seconds)

    async def _export(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        encoding = request.headers.get("content-encoding", "").strip().lower()
        if kind != _PROTOBUF or encoding not in _ENCODINGS:
            return Response(f"send {_PROTOBUF}, plain or gzip\n", status_code=415)
        sender = request.client.host if request.client else "unknown"
        authorization = request.headers.get("authorization", "")
        try:
            refused = await self._intake.take(request.stream(), authorization, sender)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        return _refusal(refused) if refused else Response(b"", media_type=_PROTOBUF)


def _refusal(answer: Answer) -> Response:
    headers = {"connection": "close"}  # what has not been read of the request is not waited for
    if answer.retry_seconds is not None:
        headers["retry-after"] = str(math.ceil(answer.retry_seconds))
    if answer.http_status == 401:  # Unauthorized, which must name the scheme
        headers["www-authenticate"] = "Bearer"
    return Response(answer.message(), answer.http_status, headers, _PROTOBUF)
