"""The configurations of senders that we ship keep what docs/delivery.md rests on."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from burl.doctor.promise import check_fluent_bit
from burl.receive.settings import ReceiveSettings, TlsSettings
from support.fluent_bit import read, words

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FILES = sorted([*(DEPLOY / "fluent-bit").glob("*.yaml"), *(DEPLOY / "fluent-bit").glob("*.conf")])
NEEDED = {
    "grpc": "on",
    "net.keepalive": "off",
    "net.io_timeout": "30s",
    "workers": "1",
    "batch_size": "100000",
    "retry_limit": "no_limits",
    "logs_body_key_attributes": "true",
}

by_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def outputs(path: Path) -> dict[str, dict[str, Any]]:
    return {output["name"]: output for output in read(path)["pipeline"]["outputs"]}


def test_there_is_a_configuration_for_each_way_in_both_formats() -> None:
    ways = {"daemonset", "sidecar-files", "sidecar-stdout"}
    assert {path.name for path in FILES} == {f"{way}.{form}" for way in ways for form in ("conf", "yaml")}


@by_file
def test_the_output_to_burl_loses_nothing(path: Path) -> None:
    burl = outputs(path)["opentelemetry"]
    assert {key: burl[key] for key in NEEDED} == NEEDED


@by_file
def test_what_waits_is_on_disk(path: Path) -> None:
    config = read(path)
    assert config["service"]["storage.path"]
    assert {entry["storage.type"] for entry in config["pipeline"]["inputs"]} == {"filesystem"}


@by_file
def test_raw_logs_go_beside_and_carry_the_same_id(path: Path) -> None:
    raw = outputs(path)["opensearch"]
    assert raw["match"] == outputs(path)["opentelemetry"]["match"] == "*"
    assert (raw["write_operation"], raw["suppress_type_name"], raw["replace_dots"]) == ("create", "on", "on")
    assert raw["buffer_size"] == "false"  # else the answer to a full chunk is too large, for ever
    mark = read(path)["pipeline"]["filters"][-1]
    assert mark["match"] == "*"
    assert "r['log.record.uid'] = string.format(" in mark["code"]


@by_file
def test_whatever_leaves_the_pod_is_encrypted(path: Path) -> None:
    burl = outputs(path)["opentelemetry"]
    if path.stem == "daemonset":
        assert (burl["tls"], burl["tls.verify"], burl["tls.verify_hostname"]) == ("on", "on", "on")
    assert outputs(path)["opensearch"]["tls.verify"] == "on"


@pytest.mark.parametrize("way", ["daemonset", "sidecar-files", "sidecar-stdout"])
def test_both_formats_say_the_same(way: str) -> None:
    classic, modern = (read(DEPLOY / "fluent-bit" / f"{way}.{form}") for form in ("conf", "yaml"))
    for config in (classic, modern):
        config["pipeline"]["filters"][-1]["code"] = words(config["pipeline"]["filters"][-1]["code"])
    # Only classic can name the keys of the body; Fluent Bit's defaults are the same two.
    assert outputs(DEPLOY / "fluent-bit" / f"{way}.conf")["opentelemetry"]["logs_body_key"] == [
        "$log",
        "$message",
    ]
    classic["pipeline"]["outputs"][0].pop("logs_body_key")
    assert classic == modern


@by_file
def test_the_doctor_finds_no_fault(path: Path) -> None:
    tls = TlsSettings(cert_file=path, key_file=path) if path.stem == "daemonset" else None
    checks = check_fluent_bit(path, ReceiveSettings(tls=tls))
    assert [check for check in checks if check.state != "ok"] == []


def test_without_the_agent_s_configuration_the_doctor_says_what_it_cannot_know() -> None:
    (check,) = check_fluent_bit(DEPLOY / "fluent-bit" / "daemonset.yaml", ReceiveSettings())
    assert (check.state, check.advice) == ("warning", "Give that agent's --config")


def test_the_collector_keeps_what_waits_and_never_gives_up() -> None:
    config = yaml.safe_load((DEPLOY / "otel-collector.yaml").read_text("utf-8"))
    for exporter in config["exporters"].values():
        retry = exporter["retry_on_failure"]
        assert (retry["enabled"], retry["max_elapsed_time"]) == (True, 0)
        assert exporter["sending_queue"]["storage"] in config["service"]["extensions"]
        assert exporter["sending_queue"]["block_on_overflow"]
        assert "batch" not in exporter["sending_queue"]  # what is sent again is what was sent
    for way in ("burl", "raw"):
        files = config["receivers"][f"filelog/{way}"]
        assert files["retry_on_failure"] == {"enabled": True, "max_elapsed_time": 0}
        assert files["storage"] in config["service"]["extensions"]


def test_neither_way_of_the_collector_holds_the_other_up() -> None:
    config = yaml.safe_load((DEPLOY / "otel-collector.yaml").read_text("utf-8"))
    burl, raw = (config["service"]["pipelines"][f"logs/{way}"] for way in ("burl", "raw"))
    assert burl["processors"] == raw["processors"] == ["memory_limiter", "transform/uid"]
    assert {*burl["receivers"]} & {*raw["receivers"]} == {"otlp"}
    assert {*burl["receivers"], *raw["receivers"]} == {*config["receivers"]}
    assert [*burl["exporters"], *raw["exporters"]] == [*config["exporters"]]
