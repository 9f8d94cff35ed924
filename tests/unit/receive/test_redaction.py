"""Personal data and secrets: what is replaced, what stays, and that neither ever takes long."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from pydantic import ValidationError

from burl.clock import ManualClock
from burl.receive.batch import Batch, StreamTable
from burl.receive.files import FileReader
from burl.receive.otlp import Decoder
from burl.receive.redaction import Redactor, make_redactor
from burl.receive.redaction_settings import RedactRule, RedactSettings
from burl.receive.settings import ReceiveSettings

ALL = RedactSettings(kinds=("mail", "ip", "card", "token"))
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("mail to alice.b+x@mail.example.org.", "mail to <mail>."),
        ("<bob@example.co.uk> said", "<<mail>> said"),
        ("from 192.168.0.12:8080", "from <ip>:8080"),
        ("client=10.0.0.1, [2001:db8::1]:443 and ::1", "client=<ip>, [<ip>]:443 and <ip>"),
        ("addr:fe80::1%eth0", "addr:<ip>%eth0"),
        ("paid with 4111 1111 1111 1111 20 times", "paid with <card> 20 times"),
        ("card=5500-0000-0000-0004;amex 378282246310005", "card=<card>;amex <card>"),
        ("authorization: Bearer abcdefghijklmnop1234", "authorization: <token> <token>"),
        ('{"password": "p w", "user": "u"}', '{"password": <token>, "user": "u"}'),
        ("login pwd=hunter2&next=/ API_KEY = x", "login pwd=<token>&next=/ API_KEY = <token>"),
        ("accessToken='cut short", "accessToken=<token>"),
        (f"jwt {JWT} and AKIAIOSFODNN7EXAMPLE", "jwt <token> and <token>"),
    ],
)
def test_what_is_personal_is_replaced(text: str, redacted: str) -> None:
    assert Redactor(ALL).text(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "at 12:34:56 version 1.2.3 took 10.5 ms",
        "std::vector::at(File.java:12)",
        "order 1795350000000000000 and 4111111111111112",
        "max_tokens: 5, Basic authentication failed, user@localhost",
        "aa:bb:cc:dd:ee:ff 999.1.1.1 1.2.3.4.5",
    ],
)
def test_what_is_not_stays(text: str) -> None:
    assert Redactor(ALL).text(text) == text


NAMES = ["password", "passwd", "passphrase", "pwd", "secret", "token", "api-key", "apikey", "access_key"]
NAMES += ["private_key", "authorization", "credential", "credentials", "session_id", "sessionid", "cookie"]
SHAPES = ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "github_pat_" + "x" * 16, "glpat-" + "x" * 16]
SHAPES += [f"{head}{'x' * 16}" for head in ("ghp_", "ghs_", "xoxb-", "sk-", "sk_live_")]


@pytest.mark.parametrize("secret", [*SHAPES, f"Bearer {'x' * 16}", f"BASIC {'x' * 16}"])
def test_each_shape_of_a_secret_is_seen(secret: str) -> None:
    assert secret not in Redactor(ALL).text(f"got {secret}")


@pytest.mark.parametrize("name", [name for each in NAMES for name in (each, each.upper())])
def test_each_name_of_a_secret_is_seen(name: str) -> None:
    assert Redactor(ALL).text(f"{name}=hunter2") == f"{name}=<token>"


def test_only_what_is_named_is_replaced() -> None:
    mails = Redactor(RedactSettings(kinds=("mail",)))
    assert mails.text("a@example.org 10.0.0.1") == "<mail> 10.0.0.1"


def test_own_patterns_run_in_linear_time_whatever_they_are() -> None:
    rule = RedactRule(name="customer", pattern=r"(C\d+)+-(x*)*y")
    redactor = Redactor(RedactSettings(patterns=(rule,)))
    assert redactor.text("for C12C3-xxy é") == "for <customer> é"
    assert redactor.text("C1-" + "x" * 100_000) == "C1-" + "x" * 100_000


@pytest.mark.parametrize("pattern", ["(", "a*", "(?<=a)b", "a" * 1001])
def test_what_is_no_pattern_is_refused_without_a_word_on_stderr(
    pattern: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValidationError):
        RedactRule(name="own", pattern=pattern)
    assert capfd.readouterr().err == ""


HARD = ["a@", "a.", "1.", ":", "a:", "1 ", "password=", "password='", "bearer ", "eyJaaaaaaaaa.", "::", '"']


@pytest.mark.parametrize("part", HARD)
def test_repeated_beginnings_of_what_is_personal_take_no_long_time(part: str) -> None:
    # quadratic time would be hours
    assert Redactor(ALL).text(part * 1_000_000)


@given(st.text())
def test_it_never_fails_and_once_is_enough(text: str) -> None:
    redactor = Redactor(RedactSettings(kinds=("mail", "ip", "card")))
    once = redactor.text(text)
    assert redactor.text(once) == once


def test_attributes_are_redacted_all_the_way_down() -> None:
    value = {"http": {"client": ["10.0.0.1", 7], "password": "any thing"}, "n": 1, "none": None}
    assert Redactor(ALL).value(value) == {
        "http": {"client": ["<ip>", 7], "password": "<token>"},
        "n": 1,
        "none": None,
    }


def _request(body: str, attributes: dict[str, str]) -> bytes:
    message = ExportLogsServiceRequest()
    record = message.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=10**18)
    record.body.string_value = body
    for key, value in attributes.items():
        record.attributes.add(key=key).value.string_value = value
    return message.SerializeToString()


def _decoded(settings: ReceiveSettings, raw: bytes) -> Batch:
    decoder = Decoder(settings, StreamTable())
    (batch,) = decoder.decode(decoder.redacted(raw), "peer", 10**18)
    return batch


@pytest.fixture
def settings() -> ReceiveSettings:
    return ReceiveSettings(redact=ALL, record_max_bytes=1024)


def test_a_batch_from_the_door_holds_nothing_personal(settings: ReceiveSettings) -> None:
    raw = _request("mail alice@example.org", {"client.address": "10.0.0.1"})
    batch = _decoded(settings, raw)
    assert batch.bodies == ["mail <mail>"]
    assert batch.origin.attributes(0) == {"client.address": "<ip>"}


def test_numbers_and_keys_may_be_personal_too_but_not_the_id_of_a_record() -> None:
    redactor = make_redactor(ReceiveSettings(redact=ALL))
    assert redactor is not None
    stays = {"ratio": 0.5, "ok": True, "log.record.uid": "file@10.0.0.1"}
    personal = {"card": 4111111111111111, "a@example.org": 1}
    assert redactor.value(stays | personal) == stays | {"card": "<card>", "<mail>": 1}


def test_a_request_that_is_redacted_holds_nothing_personal_and_reads_the_same(
    settings: ReceiveSettings,
) -> None:
    message = ExportLogsServiceRequest()
    logs = message.resource_logs.add()
    logs.resource.attributes.add(key="host.name").value.string_value = "h-10.0.0.1"
    record = logs.scope_logs.add().log_records.add(
        time_unix_nano=10**18, severity_text="warn", trace_id=bytes(range(16)), span_id=bytes(range(8))
    )
    said = record.body.kvlist_value.values
    said.add(key="log").value.string_value = "paid by alice@example.org"
    said.add(key="password").value.string_value = "hunter2"
    said.add(key="sizes").value.array_value.values.add(double_value=1.5)
    kept = Decoder(settings, StreamTable()).redacted(message.SerializeToString())
    assert not re.search(rb"alice|hunter2|10\.0\.0\.1", kept)
    batch = _decoded(settings, message.SerializeToString())
    assert batch.bodies == ["paid by <mail>"]
    assert batch.severities.tolist() == [13]
    assert batch.times_ns.tolist() == [10**18]
    assert batch.streams.tolist() == [0]
    assert batch.origin.trace_id(0) == bytes(range(16)).hex()
    assert batch.origin.attributes(0) == {
        "host.name": "h-<ip>",
        "log": "paid by <mail>",
        "password": "<token>",
        "sizes": [1.5],
    }


def test_a_request_that_needs_no_redaction_is_left_alone() -> None:
    raw = _request("mail alice@example.org", {})
    assert Decoder(ReceiveSettings(), StreamTable()).redacted(raw) is raw


@given(bodies=st.lists(st.text(max_size=50), min_size=1, max_size=20), limit=st.integers(1024, 1100))
def test_redaction_changes_nothing_else(bodies: list[str], limit: int) -> None:
    """Whatever a request says, and however often it is redacted, it gives the same records."""
    own = RedactSettings(patterns=(RedactRule(name="own", pattern="SECRET"),))
    settings = ReceiveSettings(redact=own, record_max_bytes=limit)
    raw = _request("x" * 2000, {"a": "b"}) + b"".join(_request(body, {"pod": body}) for body in bodies)
    plain = Decoder(ReceiveSettings(record_max_bytes=limit), StreamTable())
    (expected,) = plain.decode(raw, "peer", 10**18)
    once = _decoded(settings, raw)
    assert once.bodies == expected.bodies
    assert once.times_ns.tolist() == expected.times_ns.tolist()
    rows = range(len(expected))
    assert [once.origin.uid(row) for row in rows] == [expected.origin.uid(row) for row in rows]
    assert [once.origin.attributes(row) for row in rows] == [expected.origin.attributes(row) for row in rows]


def test_a_batch_from_a_file_holds_nothing_personal(settings: ReceiveSettings, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"msg": "from 10.0.0.1", "ts": 1e9, "user": {"mail": "alice@example.org"}}\n')
    (batch,) = FileReader(settings, StreamTable(), ManualClock()).read([path])
    found: dict[str, Any] = batch.origin.attributes(0)
    assert batch.bodies == ["from <ip>"]
    assert found["user"] == {"mail": "<mail>"}


def test_a_cut_leaves_no_part_of_it(settings: ReceiveSettings) -> None:
    body = "x" * 1010 + " 4111111111111111 " + "y" * 100
    batch = _decoded(settings, _request(body, {}))
    assert "4111" not in batch.bodies[0]
    assert batch.bodies[0].endswith("[cut: 1128 bytes]")
