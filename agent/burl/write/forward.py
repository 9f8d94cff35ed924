"""Fluent Forward: passes documents on to Fluent Bit or Fluentd, and waits until each chunk is confirmed.

https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1 (forward mode, option `chunk`).
"""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgpack
from fluent.sender import EventTime, FluentSender

from burl.decide import Findings
from burl.errors import Retryable
from burl.write.backoff import Retry
from burl.write.documents import Document, documents
from burl.write.settings import ForwardSettings

CHUNK_DOCUMENTS = 500
_ACK_MAX_BYTES = 4096


class _ConfirmedSender(FluentSender):
    """fluent-logger's connection handling, with the confirmation that it lacks."""

    def send_chunk(self, packet: bytes, chunk_id: str) -> None:
        """Send `packet` and wait for its confirmation. Raises OSError; the connection is then closed."""
        with self.lock:
            try:
                self._send_data(packet)
                self._await_ack(chunk_id)
            except OSError:
                self._close()
                raise

    def _check_recv_side(self) -> None:
        """Leave the receiving side alone: the library would read, and lose, a confirmation that was fast."""

    def _await_ack(self, chunk_id: str) -> None:
        unpacker = msgpack.Unpacker(max_buffer_size=_ACK_MAX_BYTES)
        while data := self.socket.recv(_ACK_MAX_BYTES):
            unpacker.feed(data)
            for answer in unpacker:
                if answer == {"ack": chunk_id}:
                    return
                raise OSError(f"confirmed {answer!r} instead of chunk {chunk_id}")
        raise OSError("the receiver closed the connection without a confirmation")


class ForwardSink:
    """Sends documents as records tagged `<tag>.annotation`, `<tag>.incident` and `<tag>.dead_letter`.

    Delivery is at least once: a receiver that confirmed, but was not heard, gets the chunk again.
    """

    name = "forward"

    def __init__(self, settings: ForwardSettings, retry: Retry) -> None:
        """Connects at the first write. Args: `retry` bounds each write."""
        self._settings = settings
        self._retry = retry
        self._sender = _ConfirmedSender(
            settings.tag, settings.host, settings.port, timeout=settings.timeout_seconds
        )

    def write(self, findings: Findings) -> None:
        """Send all and wait for the confirmations. Raises Retryable when they do not come in time."""
        for kind, group in groupby(documents(findings, _encode), key=lambda document: document.kind):
            entries = list(group)
            for start in range(0, len(entries), CHUNK_DOCUMENTS):
                self._deliver(kind, entries[start : start + CHUNK_DOCUMENTS])

    def healthy(self) -> bool:
        """Return True: the receiver's absence is found out by writing."""
        return True

    def close(self) -> None:
        """End running retries, and close the connection."""
        self._retry.stop()
        self._sender.close()

    def _deliver(self, kind: str, chunk: Sequence[Document]) -> None:
        identifiers = "\n".join(document.source.id for document in chunk)
        chunk_id = b64encode(hashlib.sha256(identifiers.encode()).digest()[:16]).decode()
        packet = _packet(f"{self._settings.tag}.{kind}", chunk, chunk_id)
        self._retry.run(lambda: self._send(packet, chunk_id))
        self._retry.counters.stored_documents += len(chunk)

    def _send(self, packet: bytes, chunk_id: str) -> None:
        try:
            self._sender.send_chunk(packet, chunk_id)
        except OSError as error:
            where = f"{self._settings.host}:{self._settings.port}"
            raise Retryable(f"Fluent Forward at {where}: {error}") from error


def _encode(document: dict[str, Any]) -> bytes:
    try:
        return bytes(msgpack.packb(document))
    except TypeError as error:
        raise ValueError(str(error)) from None


def _packet(tag: str, chunk: Sequence[Document], chunk_id: str) -> bytes:
    """Return `[tag, [[time, record], ...], option]`, from records that are packed already."""
    packer = msgpack.Packer()
    parts = [packer.pack_array_header(3), packer.pack(tag), packer.pack_array_header(len(chunk))]
    for document in chunk:
        time_ns = max(document.source.time_ns, 0)
        parts += [packer.pack_array_header(2), packer.pack(EventTime.from_unix_nano(time_ns)), document.body]
    parts.append(packer.pack({"chunk": chunk_id, "size": len(chunk)}))
    return b"".join(parts)
