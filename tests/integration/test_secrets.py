"""Planted secrets: wherever an agent writes, none of them is found."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import grpc
import pytest
from grpc import aio

from burl.config import load_settings
from support.command_line import burl
from support.doors import EXPORT

WAIT_SECONDS = 60
TOKEN, PASSWORD, HOOK = "planted-token-1f7a", "planted-password-9c3e", "planted-hook-55d0"
SECRETS = (TOKEN, PASSWORD, HOOK)
RUN = [sys.executable, "-c", "from burl.cli import main; main()", "run"]


def planted(directory: Path, address: str) -> dict[str, str]:
    return {
        "BURL_RECEIVE__LISTEN": address,
        "BURL_RECEIVE__TOKEN": TOKEN,
        "BURL_STATE__DIRECTORY": str(directory / "state"),
        "BURL_WRITE__SQLITE__PATH": str(directory / "burl.sqlite"),
        "BURL_WRITE__OPENSEARCH__USERNAME": "burl",
        "BURL_WRITE__OPENSEARCH__PASSWORD": PASSWORD,
        "BURL_WRITE__WEBHOOK__URL": f"http://127.0.0.1:9/{HOOK}",
        "BURL_TELEMETRY__LOG_LEVEL": "debug",
    }


def assert_nothing_shown(text: str) -> None:
    assert [secret for secret in SECRETS if secret in text] == []


async def export(address: str, token: str) -> grpc.StatusCode:
    async with aio.insecure_channel(address) as channel:
        metadata = [("authorization", f"Bearer {token}")]
        call = channel.unary_unary(EXPORT, bytes, bytes)(b"\x0a\x00", metadata=metadata)
        return await call.code()


def test_an_agent_at_work_shows_none(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environment = os.environ | planted(tmp_path, address)
    said: list[str] = []
    listening = threading.Event()
    with subprocess.Popen(RUN, env=environment, stderr=subprocess.PIPE, text=True) as agent:

        def read() -> None:
            for line in agent.stderr or ():
                said.append(line)
                if "listening on" in line:
                    listening.set()

        reader = threading.Thread(target=read)
        reader.start()
        try:
            assert listening.wait(WAIT_SECONDS), said
            codes = [asyncio.run(export(address, token)) for token in ("wrong", TOKEN)]
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(WAIT_SECONDS) == 0
        finally:
            agent.kill()
            reader.join(WAIT_SECONDS)
    assert codes == [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.OK]
    assert said
    assert_nothing_shown("".join(said))
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert_nothing_shown(path.read_bytes().decode("latin-1"))


@pytest.mark.parametrize(
    "wrong", [{}, {"BURL_RECEIVE__MAX_REQUESTS": "0"}, {"BURL_RECEIVE__TOKEN_FILE": __file__}]
)
@pytest.mark.parametrize("command", ["validate", "doctor"])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_command_shows_one(
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
    options: list[str],
    wrong: dict[str, str],
) -> None:
    for name, value in (planted(tmp_path, "127.0.0.1:0") | wrong).items():
        monkeypatch.setenv(name, value)
    result = burl(capsys, command, *options)
    assert result.out + result.err
    assert_nothing_shown(result.out + result.err)


def test_settings_show_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in planted(tmp_path, "127.0.0.1:0").items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.receive.token is not None
    assert_nothing_shown(repr(settings) + str(settings) + json.dumps(settings.model_dump(mode="json")))
