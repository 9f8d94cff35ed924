"""What never repeats must not fill the memory, nor change what is found of others.

`make soak` is the long form: SOAK_STREAMS says how many distinct streams there are.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import grpc
import orjson
import pytest

from burl.config import Settings
from support.agent_process import AgentProcess
from support.hostile import hostile_requests
from support.outcome import expected
from support.raw_sender import RawSender
from support.workload import SETTINGS, shop_requests, shop_times_ns

pytestmark = pytest.mark.slow

STREAMS = int(os.environ.get("SOAK_STREAMS", "20000"))
HONEST_RECORDS = 30_000
REQUEST_RECORDS = 500
BOUND_MIB = 500
"""docs/reliability.md, sizing: what the default limits allow, with records as long as these."""


def test_a_flood_of_what_never_repeats_is_bounded_and_leaves_others_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = time.monotonic()
    honest = list(shop_requests(HONEST_RECORDS, REQUEST_RECORDS))
    wanted = expected(Settings.model_validate(SETTINGS | {"receive": {"max_ahead_seconds": 1e9}}), honest)
    store = tmp_path / "burl.sqlite"
    agent = AgentProcess(tmp_path, SETTINGS | {"write": {"sqlite": {"path": str(store)}}})
    agent.start()
    base = agent.resident_bytes()
    sender = RawSender(agent.port)
    times_ns = shop_times_ns(HONEST_RECORDS, REQUEST_RECORDS)
    flood = list(hostile_requests(STREAMS, REQUEST_RECORDS, times_ns))
    answers, longest = set(), 0.0
    for raw in in_turn(honest, flood):
        sent = time.monotonic()
        answers.add(sender.send(raw))
        longest = max(longest, time.monotonic() - sent)
    peak = agent.peak_resident_bytes()
    agent.stop()
    found = shop_annotations(store)
    figures = {
        "streams": STREAMS,
        "honest_records": HONEST_RECORDS,
        "base_mib": base >> 20,
        "peak_mib": peak >> 20,
        "bound_mib": BOUND_MIB,
        "longest_answer_ms": round(longest * 1000),
        "honest_expected": len(wanted.annotations),
        "honest_lost": len(wanted.annotations - found),
        "honest_unexpected": len(found - wanted.annotations),
        "seconds": round(time.monotonic() - begun),
    }
    with capsys.disabled():
        sys.stdout.write(f"\nsoak: {' '.join(f'{name}={value}' for name, value in figures.items())}\n")
    assert answers == {grpc.StatusCode.OK}
    assert peak < BOUND_MIB << 20
    assert found == wanted.annotations


def in_turn(honest: list[bytes], flood: list[bytes]) -> Iterator[bytes]:
    """Yield both, the flood spread evenly over the honest requests."""
    for number, raw in enumerate(honest):
        yield raw
        yield from flood[number * len(flood) // len(honest) : (number + 1) * len(flood) // len(honest)]


def shop_annotations(path: Path) -> frozenset[str]:
    """Return the ids of the annotations that name a service of the shop."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT id, body FROM documents WHERE kind = 'annotation'")
        return frozenset(one for one, body in rows if orjson.loads(body).get("k8s.namespace.name") == "shop")
