"""What both doors promise: the same requests through gRPC and HTTP, the same answers."""

import asyncio
import dataclasses
import gzip
import zlib
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)

from burl.errors import Permanent, Refused, Retryable, Undecodable
from burl.receive.server import Door
from support.doors import (
    NOW_NS,
    Decoding,
    Held,
    Send,
    Target,
    make_certificate,
    send_grpc,
    send_http,
    serve,
)

MIB = 1024 * 1024

pytestmark = pytest.mark.parametrize("send", [send_grpc, send_http])


def request(*bodies: str) -> bytes:
    message = ExportLogsServiceRequest()
    scope = message.resource_logs.add().scope_logs.add()
    for body in bodies:
        scope.log_records.add(time_unix_nano=NOW_NS).body.string_value = body
    return message.SerializeToString()


def test_stored_is_ok_without_partial_success(send: Send) -> None:
    ingest = Decoding()

    async def use(target: Target, _: Door) -> None:
        reply = await send(target, request("one", "two"))
        assert reply.code == "OK"
        assert not ExportLogsServiceResponse.FromString(reply.body).HasField("partial_success")

    serve(ingest, use)
    assert ingest.bodies == ["one", "two"]
    assert ingest.senders == ["127.0.0.1"]
    assert ingest.arrivals == [NOW_NS]


def test_an_empty_request_is_ok(send: Send) -> None:
    async def use(target: Target, _: Door) -> None:
        assert (await send(target, b"")).code == "OK"

    serve(Decoding(), use)


def test_gzip_is_accepted(send: Send) -> None:
    ingest = Decoding()

    async def use(target: Target, _: Door) -> None:
        assert (await send(target, request("packed " * 1000), packed=True)).code == "OK"

    serve(ingest, use)
    assert ingest.bodies == ["packed " * 1000]


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (Refused("store_down"), "UNAVAILABLE", "store_down"),
        (Retryable("connection reset"), "UNAVAILABLE", "store"),
        (Permanent("mapping"), "UNAVAILABLE", "internal_error"),
        (ZeroDivisionError("a bug"), "UNAVAILABLE", "internal_error"),
        (Undecodable("cut short"), "INVALID_ARGUMENT", "undecodable"),
    ],
)
def test_each_error_has_its_status(send: Send, error: Exception, code: str, reason: str) -> None:
    async def use(target: Target, _: Door) -> None:
        reply = await send(target, b"")
        assert reply.code == code
        assert (reply.retry_seconds is not None) == (code == "UNAVAILABLE")

    counters = serve(Decoding(error), use)
    assert counters.refused_requests == {reason: 1}


def test_a_refusal_says_when_to_try_again(send: Send) -> None:
    async def use(target: Target, _: Door) -> None:
        assert (await send(target, b"")).retry_seconds == 2.5

    serve(Decoding(Refused("too_much_pending", 2.5)), use)


def test_bytes_that_are_no_request_are_an_invalid_argument(send: Send) -> None:
    async def use(target: Target, _: Door) -> None:
        assert (await send(target, b"\xff\xff\xff")).code == "INVALID_ARGUMENT"

    serve(Decoding(), use)


@pytest.mark.parametrize("packed", [False, True])
def test_a_request_of_64_mib_is_taken(send: Send, *, packed: bool) -> None:
    ingest = Decoding()
    raw = request(*["x" * MIB] * 64)

    async def use(target: Target, _: Door) -> None:
        assert (await send(target, raw, packed=packed)).code == "OK"

    serve(ingest, use)
    assert len(raw) > 64 * MIB
    assert [len(body) for body in ingest.bodies] == [MIB] * 64


@pytest.mark.parametrize("packed", [False, True])
def test_a_larger_one_is_resource_exhausted(send: Send, *, packed: bool) -> None:
    ingest = Decoding()

    async def use(target: Target, _: Door) -> None:
        assert (await send(target, bytes(3 * MIB), packed=packed)).code == "RESOURCE_EXHAUSTED"

    serve(ingest, use, message_max_bytes=MIB)
    assert ingest.senders == []


def test_a_zip_bomb_is_unpacked_no_further_than_allowed(send: Send) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(MIB)) for _ in range(256)) + packer.flush()

    async def use(target: Target, door: Door) -> None:
        peak = 0

        async def watch() -> None:
            nonlocal peak
            while True:
                peak = max(peak, door.admission.inflight_bytes)
                await asyncio.sleep(0)

        watching = asyncio.create_task(watch())
        assert (await send(target, bomb)).code == "RESOURCE_EXHAUSTED"
        watching.cancel()
        assert peak <= 3 * MIB

    serve(Decoding(), use, message_max_bytes=MIB)


@pytest.mark.parametrize(
    "raw", [gzip.compress(b"x" * 100)[:-20], gzip.compress(b"") + b"more", b"\x1f\x8b\0"]
)
def test_damaged_gzip_is_an_invalid_argument(send: Send, raw: bytes) -> None:
    async def use(target: Target, _: Door) -> None:
        assert (await send(target, raw)).code == "INVALID_ARGUMENT"

    serve(Decoding(), use)


def test_too_many_bytes_in_flight_are_refused_at_once(send: Send) -> None:
    raw = request("x" * (MIB - 100))
    held = Held()

    async def use(target: Target, door: Door) -> None:
        first = asyncio.create_task(send(target, raw))
        await held.came.wait()
        assert door.admission.inflight_bytes == len(raw)
        refused = await send(target, raw)
        assert (refused.code, refused.text) == ("UNAVAILABLE", "inflight_full")
        assert refused.retry_seconds
        held.let_go.set()
        assert (await first).code == "OK"
        assert (door.admission.requests, door.admission.inflight_bytes) == (0, 0)
        assert (await send(target, raw)).code == "OK"

    counters = serve(held, use, message_max_bytes=MIB, inflight_max_bytes=MIB + MIB // 2)
    assert counters.refused_requests == {"inflight_full": 1}


def test_too_many_requests_in_flight_are_refused_at_once(send: Send) -> None:
    held = Held()

    async def use(target: Target, _: Door) -> None:
        first = asyncio.create_task(send(target, b""))
        await held.came.wait()
        assert (await send(target, b"")).text == "inflight_full"
        held.let_go.set()
        assert (await first).code == "OK"

    serve(held, use, max_requests=1)


@pytest.mark.parametrize("shown", ["", "wrong", "first", "second"])
def test_only_a_known_token_opens_the_door(send: Send, shown: str, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("first\nsecond\n")
    ingest = Decoding()

    async def use(target: Target, _: Door) -> None:
        reply = await send(dataclasses.replace(target, token=shown), request("let in"))
        assert reply.code == ("OK" if shown in {"first", "second"} else "UNAUTHENTICATED")

    serve(ingest, use, token_file=tokens)
    assert ingest.bodies == (["let in"] if shown in {"first", "second"} else [])


def test_tokens_are_changed_without_a_restart(send: Send, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("old\n")

    async def use(target: Target, _: Door) -> None:
        new = dataclasses.replace(target, token="new")
        assert (await send(new, b"")).code == "UNAUTHENTICATED"
        tokens.write_text("old and\nnew\n")
        assert (await send(new, b"")).code == "OK"
        tokens.unlink()
        assert (await send(new, b"")).code == "OK"

    serve(Decoding(), use, token_file=tokens)


@pytest.mark.parametrize("shows_certificate", [True, False])
def test_mutual_tls(send: Send, tmp_path: Path, *, shows_certificate: bool) -> None:
    ingest = Decoding()

    async def use(target: Target, _: Door) -> None:
        own = dataclasses.replace(target, shows_certificate=shows_certificate)
        reply = await send(own, request("secret"))
        assert reply.code == ("OK" if shows_certificate else "UNAVAILABLE")

    serve(ingest, use, tls=make_certificate(tmp_path))
    assert ingest.bodies == (["secret"] if shows_certificate else [])


def test_certificates_are_renewed_without_a_restart(send: Send, tmp_path: Path) -> None:
    async def use(target: Target, _: Door) -> None:
        assert (await send(target, b"")).code == "OK"
        make_certificate(tmp_path)  # another key: client and server trust only what is new
        assert (await send(target, b"")).code == "OK"

    serve(Decoding(), use, tls=make_certificate(tmp_path))
