"""Senders that mean harm: the agent goes on answering others, and its memory stays bounded."""

import gzip
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from support.agent_process import AgentProcess
from support.engine_world import request
from support.outcome import stored
from support.raw_sender import RETRIED, RawSender

pytestmark = pytest.mark.slow

MIB = 2**20
LARGE_BYTES = 60 * MIB
PARALLEL = 8
BOUND_BYTES = 200 * MIB + 2 * 256 * MIB + 2 * PARALLEL * LARGE_BYTES
"""docs/reliability.md, sizing: base, what is in flight and taken apart, what gRPC holds of each sender."""
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS_FRAME = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
ANSWERED_SECONDS = 20.0


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentProcess]:
    agent = AgentProcess(tmp_path, {"write": {"sqlite": {"path": str(tmp_path / "burl.sqlite")}}})
    agent.start()
    yield agent
    agent.kill()


def answers_others(agent: AgentProcess, text: str) -> bool:
    sender = RawSender(agent.port, attempt_seconds=ANSWERED_SECONDS)
    try:
        return sender.send(request([("api-0", 1, text)])) is grpc.StatusCode.OK
    finally:
        sender.close()


def test_large_requests_in_parallel_are_taken_or_refused_within_the_bound(agent: AgentProcess) -> None:
    """D-4."""

    def send(number: int) -> set[grpc.StatusCode]:
        lines = [("api-0", second, f"{number} " + "x" * 20_000) for second in range(LARGE_BYTES // 20_100)]
        raw = request(lines)
        sender = RawSender(agent.port, attempt_seconds=120.0)
        codes = {sender.attempt(raw) for _ in range(2)}
        sender.close()
        return codes

    with ThreadPoolExecutor(PARALLEL) as pool:
        codes = set().union(*pool.map(send, range(PARALLEL)))
    assert codes <= {grpc.StatusCode.OK, *RETRIED}
    assert grpc.StatusCode.OK in codes
    assert agent.peak_resident_bytes() < BOUND_BYTES
    assert answers_others(agent, "still there")


def test_connections_that_say_nothing_hold_nobody_up(agent: AgentProcess) -> None:
    with ExitStack() as stack:
        for number in range(300):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", agent.port)))
            connection.sendall(PREFACE[: number % len(PREFACE)])
        assert answers_others(agent, "beside silent connections")


def test_more_connections_than_allowed_are_closed_and_make_room_when_they_end(
    agent: AgentProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.stop()
    monkeypatch.setenv("BURL_RECEIVE__MAX_CONNECTIONS", "20")
    agent.start()
    with ExitStack() as stack:
        answered = 0
        for _ in range(40):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", agent.port)))
            connection.settimeout(ANSWERED_SECONDS)
            with suppress(ConnectionError):
                connection.sendall(PREFACE + SETTINGS_FRAME)
                answered += bool(connection.recv(1))
    assert answered == 20
    assert answers_others(agent, "after they ended")


def test_a_request_that_comes_byte_by_byte_holds_nobody_up(agent: AgentProcess) -> None:
    headers_frame = (
        b"\x00\x00\xff\x01\x04\x00\x00\x00\x01"  # HEADERS of 255 bytes on stream 1, most never sent
    )
    stopped = threading.Event()

    def drip() -> None:
        with socket.create_connection(("127.0.0.1", agent.port)) as connection:
            connection.sendall(PREFACE + SETTINGS_FRAME)
            for byte in headers_frame + bytes(200):
                if stopped.wait(0.02):
                    return
                try:
                    connection.sendall(bytes([byte]))
                except OSError:  # the agent has had enough
                    return

    threads = [threading.Thread(target=drip) for _ in range(50)]
    for thread in threads:
        thread.start()
    assert answers_others(agent, "beside slow ones")
    stopped.set()
    for thread in threads:
        thread.join()


def test_values_nested_without_end_cost_only_themselves(agent: AgentProcess, tmp_path: Path) -> None:
    """D-2."""
    value = b"\x0a\x01x"
    for _ in range(20_000):  # AnyValue.array_value.values: each level a length-delimited field in another
        value = _field(5, _field(1, value))
    message = ExportLogsServiceRequest()
    logs = message.resource_logs.add()
    logs.scope_logs.add().log_records.add().body.string_value = "beside it"
    deep = _field(1, _field(2, _field(2, _field(5, value))))
    sender = RawSender(agent.port)
    code = sender.send(message.SerializeToString() + deep)
    assert code is grpc.StatusCode.OK
    assert answers_others(agent, "after deep nesting")
    agent.stop()
    assert len(stored(tmp_path / "burl.sqlite").dead_letters) <= 1


def test_a_bomb_is_refused_before_it_is_unpacked_whole(agent: AgentProcess) -> None:
    before = agent.peak_resident_bytes()
    bomb = gzip.compress(bytes(2000 * MIB), 9)
    channel = grpc.insecure_channel(f"127.0.0.1:{agent.port}")
    export = channel.unary_unary("/opentelemetry.proto.collector.logs.v1.LogsService/Export", bytes, bytes)
    with pytest.raises(grpc.RpcError):
        # gRPC's own compression packs again what it is given: the bomb is given as if it were packed already
        export(bomb, metadata=(("grpc-encoding", "gzip"),), timeout=60)
    channel.close()
    assert agent.peak_resident_bytes() < before + 400 * MIB
    assert answers_others(agent, "after a bomb")


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
