"""A running agent that is given too little disk or memory, and then enough again."""

import random
import resource
from pathlib import Path

import grpc
import pytest

from burl.config import Settings
from support.agent_process import AgentProcess
from support.outcome import expected, wait_until_stored
from support.raw_sender import RawSender
from support.workload import SETTINGS, shop_requests

pytestmark = pytest.mark.slow

RECORDS = 40_000


def test_disk_full_in_the_middle_refuses_and_then_goes_on(tmp_path: Path) -> None:
    """D-2, D-15."""
    requests = list(shop_requests(RECORDS))
    wanted = expected(Settings.model_validate(SETTINGS | {"receive": {"max_ahead_seconds": 1e9}}), requests)
    store = tmp_path / "burl.sqlite"
    agent = AgentProcess(tmp_path, SETTINGS | {"write": {"sqlite": {"path": str(store)}}})
    agent.start()
    sender = RawSender(agent.port)
    half = len(requests) // 2
    answers = {sender.send(raw) for raw in requests[:half]}
    agent.limit(resource.RLIMIT_FSIZE, 100_000)
    refused = {sender.attempt(requests[half]) for _ in range(5)}
    assert refused == {grpc.StatusCode.UNAVAILABLE}
    agent.kill()  # and what was refused was not taken in, not even by a start on a full disk
    agent.start()
    answers |= {sender.send(raw) for raw in requests[half:]}
    found = wait_until_stored(store, wanted)
    agent.stop()
    assert answers == {grpc.StatusCode.OK}
    assert found == wanted


def test_memory_that_runs_out_loses_nothing(tmp_path: Path) -> None:
    """D-2, D-12."""
    requests = list(shop_requests(RECORDS))
    wanted = expected(Settings.model_validate(SETTINGS | {"receive": {"max_ahead_seconds": 1e9}}), requests)
    store = tmp_path / "burl.sqlite"
    agent = AgentProcess(tmp_path, SETTINGS | {"write": {"sqlite": {"path": str(store)}}})
    agent.start()
    sender = RawSender(agent.port)
    half = len(requests) // 2
    answers = {sender.send(raw) for raw in requests[:half]}
    agent.limit(resource.RLIMIT_AS, agent.virtual_bytes() + 20 * 2**20)
    large = random.Random(1).randbytes(48 * 2**20)
    assert sender.attempt(large) is not grpc.StatusCode.OK
    agent.kill()  # where a library ended the process, as the kernel's OOM killer would, this does nothing
    agent.start()
    answers |= {sender.send(raw) for raw in requests[half:]}
    found = wait_until_stored(store, wanted)
    agent.stop()
    assert answers == {grpc.StatusCode.OK}
    assert (found.annotations, found.incidents) == (wanted.annotations, wanted.incidents)
