"""What the agent says about itself over HTTP: metrics and health."""

from collections.abc import Callable, Iterable
from functools import partial

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from burl.errors import ConfigError
from burl.exposition import AgentCollector
from burl.metrics import AnyMetric
from burl.receive.web import WebServer

_GRACE_SECONDS = 1.0


class TelemetryServer:
    """`/metrics` for Prometheus, `/livez` and `/readyz` for whoever keeps the agent running."""

    def __init__(
        self,
        listen: str,
        metrics: Iterable[AnyMetric],
        *,
        live: Callable[[], str],
        ready: Callable[[], str],
    ) -> None:
        """Make a server.

        Args:
            listen: address and port.
            metrics: what `/metrics` shows, beside what the process uses.
            live: returns why the agent must be started again; nothing while it works.
            ready: returns why logs are refused; nothing while they are taken in.
        """
        self._registry = CollectorRegistry()
        self._registry.register(AgentCollector(metrics))
        ProcessCollector(registry=self._registry)
        routes = [
            Route("/metrics", self._metrics),
            Route("/livez", partial(_health, live)),
            Route("/readyz", partial(_health, ready)),
        ]
        self._server = WebServer(Starlette(routes=routes), listen)

    async def start(self) -> None:
        """Listen and serve. Raises ConfigError when the address cannot be listened on."""
        try:
            await self._server.start()
        except ConfigError as error:
            raise ConfigError(f"telemetry.metrics_listen: {error}: give another address") from None

    async def stop(self) -> None:
        """Stop serving."""
        await self._server.stop(_GRACE_SECONDS)

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def _health(problem: Callable[[], str], _request: Request) -> Response:
    reason = problem()
    return PlainTextResponse(f"{reason or 'ok'}\n", status_code=503 if reason else 200)
