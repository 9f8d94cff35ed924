from collections.abc import Iterator

import orjson
import pytest
from pydantic import SecretStr

from burl.decide import Findings
from burl.errors import Permanent, Retryable
from burl.write.settings import WebhookSettings
from burl.write.webhook import WebhookSink
from support.http_server import HttpServer, Request
from support.retries import seeded_retry
from support.samples import annotation, incident
from support.serving import serving


class Receiver(HttpServer):
    """Takes what is sent, or refuses it."""

    status = 200

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[dict[str, object]] = []

    def answer(self, request: Request) -> tuple[int, bytes]:
        if self.status == 200:
            self.bodies.append(orjson.loads(request.body))
        return self.status, b""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with serving(Receiver()) as receiver:
        yield receiver


def _sink(receiver: Receiver, **settings: object) -> WebhookSink:
    url = SecretStr(f"{receiver.url}/token")
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
    assert "*Incident open* in cart since 2025-11-22 14:00:01 UTC, grade 0.50" in str(text)
    assert "https://dashboards/#/i1" in str(text)
    assert "disk &lt;1&gt; is full &amp; broken" in str(text)


def test_a_message_of_long_lines_is_one_for_a_phone(receiver: Receiver) -> None:
    long = incident(1, first_lines=["x" * 8000] * 9)
    _sink(receiver, form="slack").write(Findings(incidents=[long]))
    text = str(receiver.bodies[0]["text"])
    assert text.count("x" * 200) == text.count("xxx\n") + 1 == 3


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
