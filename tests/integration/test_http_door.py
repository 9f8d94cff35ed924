"""What only the HTTP door has: content types, other paths, connections on which nothing comes."""

import asyncio
import http.client
import socket

import pytest

from burl.clock import ManualClock
from burl.receive import web
from burl.receive.counters import ReceiveCounters
from burl.receive.server import Door
from burl.receive.settings import ReceiveSettings
from support.doors import Decoding, Target, send_grpc, send_http, serve

OTLP = {"content-type": "application/x-protobuf"}


def ask(port: int, method: str, path: str, headers: dict[str, str]) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, b"", headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("server")
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/v1/logs", OTLP, 200),
        ("POST", "/v1/logs", {"content-type": "application/x-protobuf; charset=utf-8"}, 200),
        ("POST", "/v1/logs", {"content-type": "application/json"}, 415),
        ("POST", "/v1/logs", {}, 415),
        ("POST", "/v1/logs", {**OTLP, "content-encoding": "zstd"}, 415),
        ("GET", "/v1/logs", OTLP, 405),
        ("POST", "/v1/traces", OTLP, 404),
    ],
)
def test_what_is_asked_for_must_be_logs_in_protobuf(
    method: str, path: str, headers: dict[str, str], status: int
) -> None:
    async def use(target: Target, _: Door) -> None:
        answer = await asyncio.to_thread(ask, target.http_port, method, path, headers)
        assert answer == (status, None)

    serve(Decoding(), use)


def test_a_body_that_comes_too_slowly_is_put_off() -> None:
    async def use(target: Target, _: Door) -> None:
        with socket.create_connection(("127.0.0.1", target.http_port), timeout=60) as slow:
            head = "POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\n"
            slow.sendall(f"{head}content-length: 100\r\n\r\n".encode())
            answer = await asyncio.to_thread(slow.recv, 100)
        assert answer.startswith(b"HTTP/1.1 503 ")

    counters = serve(Decoding(), use, read_timeout_seconds=0.05)
    assert counters.refused_requests == {"slow_sender": 1}


@pytest.mark.parametrize("said", [b"", b"POST /v1/logs HT", b"POST /v1/logs HTTP/1.1\r\nhost: x\r\n"])
def test_a_connection_on_which_no_request_comes_is_closed(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(web, "HEADER_SECONDS", 0.05)

    async def use(target: Target, _: Door) -> None:
        with socket.create_connection(("127.0.0.1", target.http_port), timeout=60) as idle:
            idle.sendall(said)
            assert await asyncio.to_thread(idle.recv, 1) == b""
        assert (await send_http(target, b"")).code == "OK"

    serve(Decoding(), use)


def test_more_connections_than_allowed_are_put_off() -> None:
    async def use(target: Target, _: Door) -> None:
        address = ("127.0.0.1", target.http_port)
        with socket.create_connection(address), socket.create_connection(address):
            answer = await asyncio.to_thread(ask, target.http_port, "POST", "/v1/logs", OTLP)
        assert answer[0] == 503

    serve(Decoding(), use, max_connections=2)


def test_unless_it_is_set_a_taken_port_is_done_without(caplog: pytest.LogCaptureFixture) -> None:
    async def main(address: str) -> None:
        settings = ReceiveSettings.model_construct(
            _fields_set={"listen"}, **ReceiveSettings(listen="127.0.0.1:0", http_listen=address).model_dump()
        )
        door = Door(settings, Decoding(), ManualClock(), ReceiveCounters())
        target = Target(await door.start(), door.http_port)
        assert target.http_port == 0
        assert (await send_grpc(target, b"")).code == "OK"
        await door.stop(0)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        asyncio.run(main(f"127.0.0.1:{taken.getsockname()[1]}"))
    assert "OTLP/HTTP is not served" in caplog.text
