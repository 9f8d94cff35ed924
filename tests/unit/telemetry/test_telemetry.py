import asyncio
import http.client
import json
import logging
import socket
from collections.abc import Iterator

import pytest

from burl.errors import ConfigError
from burl.metrics import build_metrics
from burl.telemetry import TelemetrySettings, start_logging
from burl.telemetry_server import TelemetryServer


@pytest.fixture(autouse=True)
def _untouched_root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level


def test_a_log_line_is_one_json_object_with_its_exception(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(TelemetrySettings(log_level="warning"))
    log = logging.getLogger("burl.test")
    log.info("too quiet")
    log.error("it %s", "broke", exc_info=ValueError("two\nlines"))
    (line,) = capsys.readouterr().err.splitlines()
    fields = json.loads(line)
    assert (fields["level"], fields["logger"], fields["message"]) == ("error", "burl.test", "it broke")
    assert fields["exception"].endswith("ValueError: two\nlines")


def ask(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_metrics_and_health_are_served_where_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    problems = {"live": "", "ready": "starting"}

    async def main() -> list[tuple[int, bytes]]:
        server = TelemetryServer(
            f"127.0.0.1:{port}",
            build_metrics(),
            live=lambda: problems["live"],
            ready=lambda: problems["ready"],
        )
        await server.start()
        try:
            return [await asyncio.to_thread(ask, port, path) for path in ("/metrics", "/livez", "/readyz")]
        finally:
            await server.stop()

    metrics, live, ready = asyncio.run(main())
    assert metrics[0] == 200
    assert b"burl_build_info{" in metrics[1]
    assert b"process_resident_memory_bytes" in metrics[1]
    assert live == (200, b"ok\n")
    assert ready == (503, b"starting\n")


def test_a_taken_metrics_port_is_a_mistake_of_the_configuration() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        server = TelemetryServer(address, [], live=str, ready=str)
        with pytest.raises(ConfigError, match=r"telemetry\.metrics_listen"):
            asyncio.run(server.start())
