"""Inputs that are well-formed: what is fuzzed is what is near to them."""

import gzip
import hashlib
import struct
import zlib
from pathlib import Path

import msgpack
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from burl.engine.checkpoint import STATE_VERSION

_SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
_CRI = b"2026-11-22T15:00:00.123456789Z stdout F order=17 paid in 20 ms\n"
_LINES = (
    b"2026-11-22 15:00:00 ERROR db: timeout after 30 s\0"
    b'Traceback (most recent call last):\0  File "x.py", line 3\0ValueError: no\0'
    b'10.0.0.1 - - [22/Nov/2026:15:00:00 +0000] "GET /a/17 HTTP/1.1" 500 12\0'
    b'user=alice@example.org id=550e8400-e29b-41d4-a716-446655440000 v=0x1f {"a": 1, "b": [2]}'
)
_CONFIG = b"""receive: {listen: '127.0.0.1:4317', max_streams: 10}
parse: {masks: [{name: id, pattern: 'x+', replacement: '<*>'}]}
write: {store: sqlite, sqlite: {path: a.sqlite}}
decide: {budget: 10/day}
"""
_SESSIONS = b'{"kinds":[{"name":"order","pattern":"order=(\\\\w+)"}],"joins":[],"timeout_seconds":3.0}'


def _request() -> bytes:
    message = ExportLogsServiceRequest()
    logs = message.resource_logs.add()
    logs.resource.attributes.add(key="k8s.pod.name").value.string_value = "api-7d9c8b6f54-x2x4z"
    for number, body in enumerate(_LINES.split(b"\0")):
        record = logs.scope_logs.add().log_records.add(
            time_unix_nano=1_795_350_000_000_000_000 + number, trace_id=bytes(range(16))
        )
        record.body.string_value = body.decode()
        nested = record.attributes.add(key="kubernetes").value.kvlist_value.values.add(key="pod_name")
        nested.value.string_value = "api-1"
        record.attributes.add(key="n").value.array_value.values.add().int_value = number
    return message.SerializeToString()


def _journal() -> bytes:
    payload: bytes = msgpack.packb(("request", bytes(32), "peer", 1, b"raw"))
    return struct.pack("<II", len(payload), zlib.crc32(payload)) + payload


def _checkpoint() -> bytes:
    payload: bytes = msgpack.packb([STATE_VERSION, {"pipeline": {}, "resends": [], "pending": []}])
    return hashlib.sha256(payload).digest() + payload


def seeds() -> dict[str, list[bytes]]:
    """Return well-formed inputs of each target."""
    request, bundle = _request(), _SHOP / "bundle"
    return {
        "decode": [request],
        "redact": [request],
        "judge": [request],
        "parse": [_LINES],
        "records": [_CRI * 2, _LINES, b'{"msg": "a", "ts": 1.5, "stream": "s", "x": [1]}\n'],
        "log_file": [_CRI, gzip.compress(_CRI, mtime=0), b'{"msg": "a", "ts": 1.5}\n'],
        "config": [_CONFIG],
        "journal": [_journal() * 2],
        "checkpoint": [_checkpoint()],
        "manifest": [(bundle / "manifest.json").read_bytes()],
        "template_set": [(bundle / "templates.json").read_bytes()[:3000]],
        "sessions": [_SESSIONS, (bundle / "sessions.json").read_bytes()],
    }
