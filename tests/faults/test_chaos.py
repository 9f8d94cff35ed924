"""Chaos: an agent killed and cut off from its store again and again loses nothing and says nothing twice.

`make chaos` is the long form: CHAOS_KILLS, CHAOS_OUTAGES, CHAOS_RECORDS and CHAOS_SEED say how long.
"""

import os
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import grpc
import pytest

from burl.config import Settings
from support.agent_process import AgentProcess
from support.disturbance import Kills, Locks, schedule
from support.outcome import expected, wait_until_stored
from support.raw_sender import RawSender
from support.workload import SETTINGS, shop_requests

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("CHAOS_KILLS", "16"))
OUTAGES = int(os.environ.get("CHAOS_OUTAGES", "6"))
RECORDS = int(os.environ.get("CHAOS_RECORDS", "200000"))
SEED = int(os.environ.get("CHAOS_SEED", "4"))
REQUEST_RECORDS = 500
OUTAGE_SECONDS = 6.0
"""Longer than the embedded store waits for a lock."""
BELIEVED_SECONDS = 1e9
"""These logs are older or younger than the machine's clock: their time is to be believed."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run is judged by."""

    records: int
    requests: int
    attempts: int
    kills: int
    outages: int
    annotations_expected: int
    annotations_stored: int
    lost: int
    unexpected: int
    seconds: int


def test_kills_and_outages_lose_nothing_and_say_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """D-2, D-10, D-12, D-13."""
    begun = time.monotonic()
    requests = list(shop_requests(RECORDS, REQUEST_RECORDS))
    wanted = expected(
        Settings.model_validate(SETTINGS | {"receive": {"max_ahead_seconds": BELIEVED_SECONDS}}), requests
    )
    store = tmp_path / "burl.sqlite"
    agent = AgentProcess(tmp_path, SETTINGS | {"write": {"sqlite": {"path": str(store)}}})
    rng = random.Random(SEED)
    kills, outages = Kills(agent, rng), Locks(store, OUTAGE_SECONDS)
    disturbances = schedule(rng, len(requests), {kills: KILLS, outages: OUTAGES})
    agent.start()
    sender = RawSender(agent.port)
    answers = set()
    for number, raw in enumerate(requests):
        disturbances.get(number, lambda: None)()
        answers.add(sender.send(raw))
    kills.wait()
    outages.wait()
    found = wait_until_stored(store, wanted)
    agent.stop()
    figures = Figures(
        records=RECORDS,
        requests=len(requests),
        attempts=sender.attempts,
        kills=len(kills),
        outages=len(outages),
        annotations_expected=len(wanted.annotations),
        annotations_stored=len(found.annotations),
        lost=len(wanted.annotations - found.annotations),
        unexpected=len(found.annotations - wanted.annotations),
        seconds=round(time.monotonic() - begun),
    )
    with capsys.disabled():
        sys.stdout.write(
            f"\nchaos: {' '.join(f'{name}={value}' for name, value in asdict(figures).items())}\n"
        )
    assert answers == {grpc.StatusCode.OK}
    assert found == wanted
