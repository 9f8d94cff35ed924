"""A Fluent Bit configuration that keeps the promise is left alone; each setting that breaks it is named."""

from pathlib import Path

import pytest

from burl.doctor.promise import check_fluent_bit
from burl.receive.settings import ReceiveSettings
from support.research import DATA, needs_research

CLASSIC = """\
# comment
[SERVICE]
    storage.path   /var/lib/fluent-bit
    scheduler.cap  10
[INPUT]
    Name            tail
    Tag             kube.*
    DB              /var/lib/tail.db
    skip_long_lines on
    storage.type    filesystem
[FILTER]
    name  lua
    match *
    code  function mark(tag, ts, r) r['log.record.uid']=tag return 2, ts, r end
[OUTPUT]
    name        opensearch
    match       *
    buffer_size false
[OUTPUT]
    Name                     opentelemetry
    Port                     4317
    grpc                     on
    net.keepalive            off
    net.io_timeout           30s
    workers                  1
    batch_size               100000
    retry_limit              no_limits
    logs_body_key_attributes true
"""
YAML = """\
service: {storage.path: /var/lib/fluent-bit, scheduler.cap: 10}
pipeline:
  inputs:
    - name: tail
      tag: kube.*
      db: /var/lib/tail.db
      skip_long_lines: on
      storage.type: filesystem
      processors:
        logs:
          - name: content_modifier
            key: log.record.uid
  outputs:
    - name: opensearch
      buffer_size: false
    - name: opentelemetry
      port: 4317
      grpc: on
      net.keepalive: off
      net.io_timeout: 30s
      workers: 1
      batch_size: 100000
      retry_limit: no_limits
      logs_body_key_attributes: true
"""
REPLACED = {
    "net.keepalive": ("off", "on", "broken"),
    "batch_size": ("100000", "1000", "broken"),
    "workers": ("1", "2", "broken"),
    "retry_limit": ("no_limits", "5", "broken"),
    "logs_body_key_attributes": ("true", "false", "broken"),
    "net.io_timeout": ("30s", "", "warning"),
    "buffer_size": ("false", "512k", "warning"),
    "grpc": ("on", "off", "broken"),
    "storage.type": ("filesystem", "memory", "broken"),
    "storage.path": ("/var/lib/fluent-bit", "", "broken"),
    "scheduler.cap": ("10", "2000", "warning"),
    "skip_long_lines": ("on", "off", "warning"),
    "log.record.uid": ("log.record.uid", "something", "warning"),
}


def states(path: Path, text: str, settings: ReceiveSettings | None = None) -> dict[str, str]:
    path.write_text(text)
    return {check.subject: check.state for check in check_fluent_bit(path, settings or ReceiveSettings())}


@pytest.mark.parametrize(("name", "text"), [("fluent-bit.conf", CLASSIC), ("fluent-bit.yaml", YAML)])
def test_what_keeps_the_promise_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    assert list(states(tmp_path / name, text).values()) == ["ok"]


@pytest.mark.parametrize(("name", "text"), [("fluent-bit.conf", CLASSIC), ("fluent-bit.yaml", YAML)])
@pytest.mark.parametrize("key", REPLACED)
def test_each_setting_that_breaks_it_is_named(tmp_path: Path, name: str, text: str, key: str) -> None:
    good, bad, state = REPLACED[key]
    lines = text.splitlines()
    (at,) = [number for number, line in enumerate(lines) if key in line and good in line.split("#")[0]]
    before, _, after = lines[at].partition(key)
    lines[at] = before + (bad + after if key == good else key + after.replace(good, bad, 1))
    found = states(tmp_path / name, "\n".join(lines))
    assert [(subject.rpartition(": ")[2], state) for subject, state in found.items()] == [(key, state)]


def test_defaults_break_it_too(tmp_path: Path) -> None:
    text = "[OUTPUT]\n    name opentelemetry\n    port 4317\n    grpc on\n"
    found = states(tmp_path / "fluent-bit.conf", text)
    said = {subject.rpartition(": ")[2] for subject, state in found.items() if state == "broken"}
    assert said == {
        "net.keepalive",
        "batch_size",
        "workers",
        "retry_limit",
        "logs_body_key_attributes",
        "storage.path",
    }


def test_tls_must_fit_the_door(tmp_path: Path) -> None:
    text = CLASSIC + "    tls on\n"
    found = states(tmp_path / "fluent-bit.conf", text)
    assert found == {"output opentelemetry 127.0.0.1:4317: tls": "broken"}


def test_an_output_to_another_port_is_not_ours(tmp_path: Path) -> None:
    found = states(tmp_path / "fluent-bit.conf", CLASSIC, ReceiveSettings(listen="127.0.0.1:5000"))
    assert found == {"output opentelemetry": "broken"}


def test_http_may_go_to_the_http_door(tmp_path: Path) -> None:
    settings = ReceiveSettings(http_listen="127.0.0.1:4318")
    text = CLASSIC.replace("4317", "4318").replace("grpc                     on", "grpc off")
    assert list(states(tmp_path / "fluent-bit.conf", text, settings).values()) == ["ok"]


def test_included_files_are_read(tmp_path: Path) -> None:
    head, _, output = CLASSIC.rpartition("[OUTPUT]")
    (tmp_path / "output.conf").write_text(f"[OUTPUT]{output}")
    found = states(tmp_path / "fluent-bit.conf", f"{head}@INCLUDE out*.conf\n@INCLUDE fluent-bit.conf\n")
    assert list(found.values()) == ["ok"]


@pytest.mark.parametrize("text", ["", "[OUTPUT", "- list", "a: [", "pipeline: {inputs: []}"])
@pytest.mark.parametrize("name", ["fluent-bit.conf", "fluent-bit.yaml"])
def test_what_is_none_is_said(tmp_path: Path, name: str, text: str) -> None:
    assert list(states(tmp_path / name, text).values()) == ["broken"]


@pytest.mark.research
@needs_research
@pytest.mark.parametrize("name", ["recommended.conf", "recommended.yaml"])
def test_what_was_found_to_lose_nothing_keeps_it(name: str) -> None:
    path = DATA.parent / "fluent-bit" / name
    checks = check_fluent_bit(path, ReceiveSettings())
    # it speaks TLS, which these settings do not
    assert {check.subject.rpartition(": ")[2] for check in checks} == {"tls"}
