"""Serving HTTP from the agent's own loop, guarded against clients that open connections and say nothing."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from burl.errors import ConfigError

HEADER_SECONDS = 10.0
"""What a client has between two requests, and for the headers of one; twice that at most."""
MAX_CONNECTIONS = 512
_MAX_HEADER_BYTES = 32 * 1024
_TICK_SECONDS = 1.0
"""How old the date in an answer may be."""


class _Guarded(H11Protocol):
    """Closes connections on which no request comes: uvicorn itself would wait for its headers for ever."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self._seen: object = None
        self._guard = self.loop.call_later(HEADER_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._guard.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        waiting = self.cycle is None or self.cycle.response_complete
        if waiting and self.cycle is self._seen:
            self.transport.close()
            return
        self._seen = self.cycle if waiting else self
        self._guard = self.loop.call_later(HEADER_SECONDS, self._look)


class _Embedded(uvicorn.Server):
    """A server that leaves signals to the agent, and looks once a second, not ten times, for what to do."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), _TICK_SECONDS)

    def end(self) -> None:
        self.should_exit = True
        self._ending.set()


class _Config(uvicorn.Config):
    """A configuration that takes an SSL context as it is."""

    def __init__(self, app: Starlette, context: ssl.SSLContext | None, **options: Any) -> None:
        super().__init__(app, **options)
        self._context = context

    def load(self) -> None:
        super().load()
        self.ssl = self._context


class WebServer:
    """An application behind an address, served from the running loop."""

    def __init__(
        self,
        app: Starlette,
        listen: str,
        context: ssl.SSLContext | None = None,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        """Args: `listen` is `host:port`; `context` makes it https; more connections are answered 503."""
        self._listen = listen
        self._task: asyncio.Task[None] | None = None
        config = _Config(
            app,
            context,
            http=_Guarded,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.ERROR,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=max_connections,
            timeout_keep_alive=int(HEADER_SECONDS),
            h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        )
        self._server = _Embedded(config)

    async def start(self) -> int:
        """Listen and serve; return the port. Raises ConfigError when the address cannot be listened on."""
        listening = self._bind()
        self._task = asyncio.create_task(self._server.serve([listening]))
        return int(listening.getsockname()[1])

    async def stop(self, grace_seconds: float) -> None:
        """Take no more connections, and give what is in flight `grace_seconds` to be answered."""
        if self._task is None:
            return
        self._server.config.timeout_graceful_shutdown = max(1, round(grace_seconds))
        self._server.end()
        await self._task

    def _bind(self) -> socket.socket:
        host, _, port = self._listen.rpartition(":")
        try:
            family, *_, address = socket.getaddrinfo(
                host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            return socket.create_server(address[:2], family=family, backlog=MAX_CONNECTIONS)
        except (OSError, OverflowError) as error:
            raise ConfigError(f"cannot listen on {self._listen}: {error}") from None
