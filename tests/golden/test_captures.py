"""Real requests of Fluent Bit 5.1.1 and of the OpenTelemetry SDK, and what they decode to.

`python tests/golden/test_captures.py` writes the expected files anew; look at what changed.
"""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from burl.receive.batch import Batch, StreamTable
from burl.receive.counters import ReceiveCounters
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings

CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.bin"))
ARRIVAL_NS = 1_795_352_600 * 10**9
LONG = 1000


def decode(raw: bytes) -> tuple[list[Batch], StreamTable, ReceiveCounters]:
    streams, counters = StreamTable(), ReceiveCounters()
    decoder = Decoder(ReceiveSettings(), streams, counters)
    return list(decoder.decode(raw, "10.0.0.9", ARRIVAL_NS)), streams, counters


def describe(raw: bytes) -> dict[str, Any]:
    batches, streams, counters = decode(raw)
    records = [
        {
            "body": shortened(batch.bodies[index]),
            "time_ns": int(batch.times_ns[index]),
            "timed": bool(batch.timed[index]),
            "stream": streams.identity(int(batch.streams[index])).stream,
            "service": streams.identity(int(batch.streams[index])).service,
            "fields": dict(streams.identity(int(batch.streams[index])).fields),
            "severity": int(batch.severities[index]),
            "uid": batch.origin.uid(index),
            "trace_id": batch.origin.trace_id(index),
            "span_id": batch.origin.span_id(index),
            "attributes": batch.origin.attributes(index),
        }
        for batch in batches
        for index in range(len(batch))
    ]
    bites = {"invalid_utf8": counters.invalid_utf8, "truncated": counters.truncated}
    return {"records": records, "counters": bites | {"damaged": counters.damaged}}


def shortened(body: str) -> str:
    if len(body) <= LONG:
        return body
    digest = hashlib.sha256(body.encode()).hexdigest()
    return f"{body[:50]}... {len(body)} characters, sha256 {digest}"


def expected_file(capture: Path) -> Path:
    return capture.with_suffix(".json")


def test_there_are_fourteen() -> None:
    assert len(CAPTURES) == 14


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_capture(capture: Path) -> None:
    assert describe(capture.read_bytes()) == orjson.loads(expected_file(capture).read_bytes())


def test_the_long_line_is_whole_and_so_are_its_neighbours() -> None:
    raw = next(path for path in CAPTURES if path.stem.startswith("08")).read_bytes()
    bodies = [body for batch in decode(raw)[0] for body in batch.bodies]
    assert [len(body) for body in bodies] == [5, 1_000_010, 3]


if __name__ == "__main__":
    for path in CAPTURES:
        content = orjson.dumps(describe(path.read_bytes()), option=orjson.OPT_INDENT_2)
        expected_file(path).write_bytes(content + b"\n")
