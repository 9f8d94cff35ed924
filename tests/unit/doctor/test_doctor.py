import json
import socket
from pathlib import Path

import pytest
import yaml

from burl.bundle.directory import DirectoryRegistry
from burl.clock import SystemClock
from burl.doctor.examine import examine
from support.bundles import BUNDLE
from support.command_line import burl

SECRET = "hunter2-do-not-show"


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "burl.yaml"
    settings = {"receive": {"listen": free_address()}, "state": {"directory": str(tmp_path / "state")}}
    path.write_text(yaml.safe_dump(settings))
    return path


def change(config: Path, section: str, **keys: object) -> None:
    content = yaml.safe_load(config.read_text())
    content.setdefault(section, {}).update(keys)
    config.write_text(yaml.safe_dump(content))


def states(config: Path) -> dict[str, str]:
    return {check.subject.split()[0]: check.state for check in examine(config, None, SystemClock())}


def test_a_healthy_agent_is_all_ok(config: Path) -> None:
    assert states(config) == dict.fromkeys(
        ["configuration", "bundle", "state.directory", "receive.listen"], "ok"
    )


def test_a_wrong_configuration_is_broken(config: Path) -> None:
    change(config, "receive", lissten="x")
    assert states(config) == {"configuration": "broken"}


def test_a_missing_bundle_is_broken(config: Path) -> None:
    change(config, "bundle", path="missing")
    assert states(config)["bundle"] == "broken"


def test_the_registry_s_champion_is_loaded(config: Path, tmp_path: Path) -> None:
    change(config, "bundle", registry=str(tmp_path / "registry"))
    assert states(config)["bundle.registry"] == "warning"
    registry = DirectoryRegistry(tmp_path / "registry")
    version = registry.promote(registry.add(BUNDLE).manifest.version).manifest.version
    assert states(config)["bundle.registry"] == "ok"
    (tmp_path / "registry" / "bundles" / version / "templates.json").write_text("{}")
    assert states(config)["bundle.registry"] == "broken"


def test_a_port_that_another_program_has_is_broken(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        change(config, "telemetry", metrics_listen=f"127.0.0.1:{taken.getsockname()[1]}")
        assert states(config)["telemetry.metrics_listen"] == "broken"


def test_state_that_others_can_read_is_a_warning(config: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    assert states(config)["state.directory"] == "warning"


def test_state_that_cannot_be_written_is_broken(config: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    change(config, "state", directory=str(tmp_path / "file" / "state"))
    assert states(config)["state.directory"] == "broken"


def test_an_opensearch_that_cannot_be_reached_is_broken_and_its_password_stays_secret(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opensearch = {"hosts": [f"http://{free_address()}"], "username": "burl", "password": SECRET}
    change(config, "write", store="opensearch", opensearch=opensearch)
    for options in ([], ["--json"]):
        result = burl(capsys, "doctor", "--config", config, *options)
        assert result.code == 1
        assert "cannot be reached" in " ".join(result.out.split())
        assert "…" not in result.out
        assert SECRET not in result.out + result.err


def test_it_speaks_to_people_and_to_programs(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fluent_bit = config.with_name("fluent-bit.conf")
    fluent_bit.write_text("[OUTPUT]\n  name opentelemetry\n  port 1\n")
    shown = burl(capsys, "doctor", "--config", config, "--fluent-bit", fluent_bit)
    told = burl(capsys, "doctor", "--config", config, "--fluent-bit", fluent_bit, "--json")
    assert (shown.code, told.code) == (1, 1)
    checks = json.loads(told.out)
    assert {"subject", "state", "found", "advice"} == set(checks[0])
    assert all(check["advice"] for check in checks if check["state"] != "ok")
    assert "broken" in shown.out
