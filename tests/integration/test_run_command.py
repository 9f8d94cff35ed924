"""`burl run` as a process: it listens, stops when told to, and says in one line what the user can mend."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = [sys.executable, "-c", "from burl.cli import main; main()", "run"]
WAIT_SECONDS = 60


def _environment(directory: Path, listen: str) -> dict[str, str]:
    return os.environ | {
        "BURL_RECEIVE__LISTEN": listen,
        "BURL_STATE__DIRECTORY": str(directory / "state"),
        "BURL_WRITE__SQLITE__PATH": str(directory / "burl.sqlite"),
    }


@contextmanager
def _running(directory: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield an agent that listens, and what it said when it began to."""
    environment = _environment(directory, "127.0.0.1:0")
    with subprocess.Popen(COMMAND, env=environment, stderr=subprocess.PIPE, text=True) as agent:
        assert agent.stderr is not None
        try:
            yield agent, next(line for line in agent.stderr if "listening" in line)
        finally:
            agent.kill()


def test_it_logs_json_where_it_listens_and_sigterm_stops_it(tmp_path: Path) -> None:
    with _running(tmp_path) as (agent, line):
        said = json.loads(line)
        assert said["level"] == "info"
        port = int(said["message"].split("port ")[1].split(";")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS):
            pass
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(WAIT_SECONDS) == 0


def test_a_taken_port_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        environment = _environment(tmp_path, address)
        done = subprocess.run(
            COMMAND, env=environment, capture_output=True, text=True, check=False, timeout=WAIT_SECONDS
        )
    complaints = [line for line in done.stderr.splitlines() if line.startswith("burl: ")]
    assert done.returncode == 2
    assert len(complaints) == 1
    assert address in complaints[0]
    assert "Traceback" not in done.stderr
