"""A receiver of Fluent Forward that confirms chunks, or fails to on demand."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import msgpack

from support.serving import serving

Fault = Literal["none", "drop_request", "drop_answer", "wrong_answer"]


class ForwardReceiver(socketserver.ThreadingTCPServer):
    """Keeps `(tag, time, record)` of every entry that it has read, by the id of its document."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fault: Fault = "none"
        self.chunks = 0
        self.entries: dict[str, tuple[str, Any, dict[str, Any]]] = {}

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [record for tag, _, record in self.entries.values() if tag.endswith(kind)]


@contextmanager
def running() -> Iterator[ForwardReceiver]:
    with serving(ForwardReceiver()) as receiver:
        yield receiver


class _Handler(socketserver.BaseRequestHandler):
    server: ForwardReceiver

    def handle(self) -> None:
        unpacker = msgpack.Unpacker()
        while data := self.request.recv(65536):
            unpacker.feed(data)
            for message in unpacker:
                if not self._take(message):
                    return

    def _take(self, message: Any) -> bool:
        tag, entries, option = message
        fault = self.server.fault
        if fault == "drop_request":
            return False
        for time, record in entries:
            key = record.get("anomaly_id") if tag.endswith("annotation") else None
            key = key or record.get("dead_letter_id") or f"{record['incident_id']}/{record['version']}"
            self.server.entries[key] = (tag, time, record)
        self.server.chunks += 1
        if fault == "drop_answer":
            return False
        chunk = "another" if fault == "wrong_answer" else option["chunk"]
        self.request.sendall(msgpack.packb({"ack": chunk}))
        return True
