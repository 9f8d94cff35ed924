import json
import logging
import socket
import urllib.request
from collections.abc import Iterator

import pytest

from burl.errors import ConfigError
from burl.telemetry import TelemetrySettings, start_telemetry


@pytest.fixture(autouse=True)
def _untouched_root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level


def test_a_log_line_is_one_json_object_with_its_exception(capsys: pytest.CaptureFixture[str]) -> None:
    start_telemetry(TelemetrySettings(log_level="warning"))
    log = logging.getLogger("burl.test")
    log.info("too quiet")
    log.error("it %s", "broke", exc_info=ValueError("two\nlines"))
    (line,) = capsys.readouterr().err.splitlines()
    fields = json.loads(line)
    assert (fields["level"], fields["logger"], fields["message"]) == ("error", "burl.test", "it broke")
    assert fields["exception"].endswith("ValueError: two\nlines")


def test_metrics_are_served_where_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    start_telemetry(TelemetrySettings(metrics_listen=f"127.0.0.1:{port}"))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert b"burl_build_info{" in answer.read()


def test_a_taken_metrics_port_is_a_mistake_of_the_configuration() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError, match=r"telemetry\.metrics_listen"):
            start_telemetry(TelemetrySettings(metrics_listen=address))
