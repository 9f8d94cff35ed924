"""The compose file: its services run commands that there are, with settings that load."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer.main
import yaml

from burl.cli.app import app
from burl.config import load_settings
from burl.doctor.promise import check_fluent_bit
from burl.receive.settings import ReceiveSettings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("burl/")}

by_service = pytest.mark.parametrize("name", OURS)


def test_it_is_what_compose_takes() -> None:
    schema = Path(__file__).with_name("schemas") / "compose.json"
    plain = {key: value for key, value in COMPOSE.items() if not key.startswith("x-")}
    jsonschema.validate(plain, json.loads(schema.read_text("utf-8")))


def test_what_services_refer_to_is_there() -> None:
    for service in SERVICES.values():
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert {name for name in named if not name.startswith(".")} <= set(COMPOSE["volumes"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in SERVICES[name]


@by_service
def test_commands_exist(name: str) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    words = OURS[name]["command"]
    command = group.commands[words[0]]
    if isinstance(command, typer.core.TyperGroup):
        command = command.commands[words[1]]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@by_service
def test_settings_load(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in OURS[name]["environment"].items():
        monkeypatch.setenv(key, value)
    assert load_settings().write.opensearch.hosts == ["http://opensearch:9200"]


def test_images_are_pinned_and_ports_are_this_machine_s() -> None:
    for service in SERVICES.values():
        assert service["image"].rpartition(":")[2] not in {"", "latest"}
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (DEPLOY / source).is_file()


def test_the_doctor_finds_no_fault_with_its_fluent_bit() -> None:
    checks = check_fluent_bit(DEPLOY / "compose" / "fluent-bit.yaml", ReceiveSettings())
    assert [check for check in checks if check.state != "ok"] == []


def test_the_application_logs_its_fault(tmp_path: Path) -> None:
    log = tmp_path / "orders.log"
    values = {"LOG": str(log), "LINES_MAX": "3", "FAULT_AT": "2", "PAUSE": "0", "PATH": "/usr/bin:/bin"}
    subprocess.run(["sh", DEPLOY / "compose" / "application.sh"], env=values, check=True)
    lines = log.read_text().splitlines()
    assert len(lines) == 10
    assert sum("ERROR payment gateway refused" in line for line in lines) == 1
