"""A store in a process of its own that takes each bulk request at once, and only counts the documents.

Beside an OpenSearch on the same core the agent's own cost doubles, by the mood of that neighbour.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from bench.lines import ROOT

_COUNT = "/count"


class _Handler(BaseHTTPRequestHandler):
    """Says of every document that it is stored; what it is asked for it has not, or may not tell."""

    protocol_version = "HTTP/1.1"
    documents: ClassVar[int] = 0

    def do_GET(self) -> None:
        if self.path == _COUNT:
            self._answer(HTTPStatus.OK, {"documents": _Handler.documents})
            return
        status = HTTPStatus.FORBIDDEN if "_index_template" in self.path else HTTPStatus.NOT_FOUND
        self._answer(status, {"error": {"type": status.phrase, "reason": self.path}, "status": status})

    def do_POST(self) -> None:
        count = self.rfile.read(int(self.headers["Content-Length"])).count(b"\n") // 2
        _Handler.documents += count
        items = [{"create": {"status": HTTPStatus.CREATED}}] * count if "status" in self.path else []
        self._answer(HTTPStatus.OK, {"errors": False} | ({"items": items} if items else {}))

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""

    def _answer(self, status: HTTPStatus, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class CountingStore:
    """The store, seen from outside."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.url = f"http://127.0.0.1:{port}"

    def documents(self) -> int:
        """Return how many documents it was given."""
        connection = HTTPConnection("127.0.0.1", self._port)
        connection.request("GET", _COUNT)
        count: int = json.loads(connection.getresponse().read())["documents"]
        connection.close()
        return count


@contextmanager
def counting_store() -> Iterator[CountingStore]:
    """Run the store."""
    command = [sys.executable, "-m", "bench.counting_store"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield CountingStore(int(process.stdout.readline()))
        finally:
            process.kill()


def main() -> None:
    """Serve on a free port, and print it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
