import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest
from pydantic import SecretStr

from burl.decide import Findings
from burl.errors import Permanent, Retryable
from burl.write.settings import WebhookSettings
from burl.write.webhook import WebhookSink
from support.retries import seeded_retry
from support.samples import annotation, incident


class Receiver(ThreadingHTTPServer):
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[dict[str, object]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status == 200:  # before the answer, which the test waits for
            self.server.bodies.append(orjson.loads(body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.01,))
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


def _sink(receiver: Receiver, **settings: object) -> WebhookSink:
    url = SecretStr(f"http://127.0.0.1:{receiver.server_address[1]}/token")
    retry = seeded_retry()
    return WebhookSink(WebhookSettings.model_validate({"url": url, **settings}), retry)


def test_an_incident_is_told_when_it_opens_and_when_it_closes(receiver: Receiver) -> None:
    sink = _sink(receiver)
    changes = [incident(1, 1), incident(1, 2), incident(1, 3, state="closed"), incident(1, 4, state="closed")]
    for change in changes:
        sink.write(Findings(annotations=[annotation(1)], incidents=[change]))
    assert receiver.bodies == [changes[0].document, changes[2].document]


def test_slack_gets_text_that_says_what_and_where(receiver: Receiver) -> None:
    link = "https://dashboards/#/{incident_id}"
    _sink(receiver, form="slack", link=link).write(Findings(incidents=[incident(1)]))
    ((key, text),) = receiver.bodies[0].items()
    assert key == "text"
    assert "*Incident open* in cart since 2025-11-22T14:00:01, grade 0.50" in str(text)
    assert "https://dashboards/#/i1" in str(text)
    assert "disk &lt;1&gt; is full &amp; broken" in str(text)


def test_minor_incidents_are_left_out(receiver: Receiver) -> None:
    _sink(receiver, min_grade=0.6).write(Findings(incidents=[incident(1)]))
    assert receiver.bodies == []


@pytest.mark.parametrize(("status", "error"), [(503, Retryable), (429, Retryable), (404, Permanent)])
def test_an_answer_that_is_no_success(receiver: Receiver, status: int, error: type[Exception]) -> None:
    sink = _sink(receiver)
    receiver.status = status
    with pytest.raises(error, match=f"answered {status}"):
        sink.write(Findings(incidents=[incident(1)]))
    receiver.status = 200
    sink.write(Findings(incidents=[incident(1)]))
    assert len(receiver.bodies) == 1


def test_an_error_never_shows_the_token(receiver: Receiver) -> None:
    sink = _sink(receiver)
    receiver.server_close()
    receiver.shutdown()
    with pytest.raises(Retryable) as raised:
        sink.write(Findings(incidents=[incident(1)]))
    assert "token" not in str(raised.value)


def test_what_cannot_be_said_in_json_is_permanent(receiver: Receiver) -> None:
    with pytest.raises(Permanent):
        _sink(receiver).write(Findings(incidents=[incident(1, reason="\ud800")]))
