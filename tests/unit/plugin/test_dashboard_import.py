import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from burl.errors import ConfigError, Retryable
from burl.write.settings import OpenSearchSettings
from burl_opensearch.dashboards import build_dashboards
from burl_opensearch.dashboards.importing import import_dashboards
from burl_opensearch.settings import PlatformSettings


class Dashboards(ThreadingHTTPServer):
    """Takes one import as Dashboards does, and answers what it is told to."""

    answer = (200, b'{"success": true, "successCount": 8}')

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.path = self.body = ""
        self.headers: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Dashboards

    def do_POST(self) -> None:
        self.server.path, self.server.headers = self.path, dict(self.headers)
        self.server.body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def dashboards() -> Iterator[Dashboards]:
    with Dashboards() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


SETTINGS = OpenSearchSettings.model_validate({"username": "me", "password": "hunter2"})


def test_the_dashboard_is_imported_over_an_older_one(dashboards: Dashboards) -> None:
    assert import_dashboards(dashboards.url, SETTINGS, PlatformSettings()) == 8
    assert dashboards.path == "/api/saved_objects/_import?overwrite=true"
    assert dashboards.headers["osd-xsrf"] == "true"
    assert "authorization" in {name.lower() for name in dashboards.headers}
    assert build_dashboards() in dashboards.body


@pytest.mark.parametrize(
    "answer", [(401, b"Unauthorized"), (200, b'{"success": false, "errors": [{"id": "burl-anomalies"}]}')]
)
def test_a_refusal_is_one_line(dashboards: Dashboards, answer: tuple[int, bytes]) -> None:
    dashboards.answer = answer
    with pytest.raises(ConfigError, match="did not take the dashboard"):
        import_dashboards(dashboards.url, SETTINGS, PlatformSettings())


def test_absent_dashboards_can_be_tried_again() -> None:
    with pytest.raises(Retryable, match="cannot be reached"):
        import_dashboards("http://127.0.0.1:9", SETTINGS, PlatformSettings())
