from collections.abc import Iterator

import pytest

from burl.errors import ConfigError, Retryable
from burl.write.settings import OpenSearchSettings
from burl_opensearch.dashboards import build_dashboards
from burl_opensearch.dashboards.importing import import_dashboards
from burl_opensearch.settings import PlatformSettings
from support.http_server import HttpServer, Request
from support.serving import serving


class Dashboards(HttpServer):
    """Takes one import as Dashboards does, and answers what it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.said = (200, b'{"success": true, "successCount": 8}')
        self.asked: list[Request] = []

    def answer(self, request: Request) -> tuple[int, bytes]:
        self.asked.append(request)
        return self.said


@pytest.fixture
def dashboards() -> Iterator[Dashboards]:
    with serving(Dashboards()) as server:
        yield server


SETTINGS = OpenSearchSettings.model_validate({"username": "me", "password": "hunter2"})


def test_the_dashboard_is_imported_over_an_older_one(dashboards: Dashboards) -> None:
    assert import_dashboards(dashboards.url, SETTINGS, PlatformSettings()) == 8
    (asked,) = dashboards.asked
    assert asked.path == "/api/saved_objects/_import?overwrite=true"
    assert asked.headers["osd-xsrf"] == "true"
    assert "authorization" in {name.lower() for name in asked.headers}
    assert build_dashboards() in asked.body.decode()


@pytest.mark.parametrize(
    "answer", [(401, b"Unauthorized"), (200, b'{"success": false, "errors": [{"id": "burl-anomalies"}]}')]
)
def test_a_refusal_is_one_line(dashboards: Dashboards, answer: tuple[int, bytes]) -> None:
    dashboards.said = answer
    with pytest.raises(ConfigError, match="did not take the dashboard"):
        import_dashboards(dashboards.url, SETTINGS, PlatformSettings())


def test_absent_dashboards_can_be_tried_again() -> None:
    with pytest.raises(Retryable, match="cannot be reached"):
        import_dashboards("http://127.0.0.1:9", SETTINGS, PlatformSettings())
