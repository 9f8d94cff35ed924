"""An HTTP proxy in front of a real server that fails on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

from support.serving import serving

Fault = Literal["none", "unavailable", "busy", "drop_request", "drop_answer", "slow", "partial", "too_large"]
_STATUS = {"unavailable": 503, "busy": 429}
_MAX_BYTES = 1_000_000
"""`too_large` refuses bodies over this."""
SLOW_SECONDS = 3.0
_TOO_BUSY = {"status": 429, "error": {"type": "rejected_execution_exception", "reason": "the queue is full"}}


class FaultProxy(ThreadingHTTPServer):
    """Forwards to `upstream`; `fault` says what goes wrong with every request.

    Where `authorization` is set, requests without that header are answered 401.
    """

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.fault: Fault = "none"
        self.authorization = ""
        self._once: Fault = "none"

    def fail_once(self, fault: Fault) -> None:
        """Let the next request meet `fault`."""
        self._once = fault

    def next_fault(self) -> Fault:
        """Return what happens to the request at hand."""
        once, self._once = self._once, "none"
        return once if once != "none" else self.fault

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running(upstream: str) -> Iterator[FaultProxy]:
    with serving(FaultProxy(upstream)) as proxy:
        yield proxy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.next_fault()
        if fault == "drop_request":
            self.close_connection = True
        elif self.server.authorization not in {"", self.headers.get("Authorization")}:
            self._answer(401, b"{}")
        elif fault in _STATUS:
            self._answer(_STATUS[fault], b"{}")
        elif fault == "too_large" and len(body) > _MAX_BYTES:
            self._answer(413, b"{}")
        else:
            status, answer = self._forward(body)
            if fault == "slow":
                threading.Event().wait(SLOW_SECONDS)
            if fault == "drop_answer":
                self.close_connection = True
            elif fault == "partial" and "/_bulk" in self.path:
                self._answer(status, _refusing_every_third(answer))
            else:
                self._answer(status, answer)

    def _forward(self, body: bytes) -> tuple[int, bytes]:
        connection = HTTPConnection(self.server.upstream)
        headers = {"Content-Type": self.headers.get("Content-Type", "application/json")}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _handle  # noqa: N815 - the base class's names


def _refusing_every_third(answer: bytes) -> bytes:
    """Return the answer to a bulk request as that of a server too busy for every third document."""
    said = json.loads(answer)
    items = [
        {next(iter(item)): _TOO_BUSY} if number % 3 == 0 else item
        for number, item in enumerate(said.get("items", []))
    ]
    return json.dumps(said | {"errors": True, "items": items}).encode()
