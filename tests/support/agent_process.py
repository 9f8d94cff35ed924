"""`burl run` as a process that tests start, kill and start again."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import yaml

_COMMAND = [sys.executable, "-c", "from burl.cli import main; main()", "run", "--config"]
_START_SECONDS = 60


class AgentProcess:
    """An agent on a port of its own; its state survives in `directory`."""

    def __init__(self, directory: Path, settings: dict[str, object]) -> None:
        """Write its configuration; nothing runs yet."""
        self.port = _free_port()
        self._config = directory / "burl.yaml"
        # These logs are older or younger than the machine's clock: their time is to be believed.
        receive = {"listen": f"127.0.0.1:{self.port}", "max_ahead_seconds": 1e9}
        state = {"directory": str(directory / "state")}
        self._config.write_text(yaml.safe_dump({"receive": receive, "state": state} | settings))
        self._log = directory / "agent.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it listens."""
        begin = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([*_COMMAND, str(self._config)], stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while not self._listens(begin):
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            threading.Event().wait(0.05)

    def kill(self) -> None:
        """End it at once, by SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it by SIGTERM; it must end well."""
        assert self._end(signal.SIGTERM) == 0, self.log()

    def resident_bytes(self) -> int:
        """Return its resident memory."""
        return self._pages(1) * os.sysconf("SC_PAGE_SIZE")

    def peak_resident_bytes(self) -> int:
        """Return the most resident memory that it ever had."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    def virtual_bytes(self) -> int:
        """Return the size of its address space."""
        return self._pages(0) * os.sysconf("SC_PAGE_SIZE")

    def limit(self, kind: int, value: int) -> None:
        """Set a limit of the running process (`resource.RLIMIT_...`); it ends with the process."""
        assert self._process is not None
        _, hard = resource.prlimit(self._process.pid, kind)
        resource.prlimit(self._process.pid, kind, (value, hard))

    def loaded_libraries(self) -> str:
        """Return the memory map, which names every native library that is loaded."""
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/maps").read_text()

    def log(self) -> str:
        """Return the last of what it said."""
        return self._log.read_text(errors="replace")[-6_000:]

    def _pages(self, column: int) -> int:
        assert self._process is not None
        return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[column])

    def _end(self, number: int) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        code = self._process.wait(_START_SECONDS)
        self._process = None
        return code

    def _listens(self, begin: int) -> bool:
        """Return whether it said so in what it logged from `begin` on."""
        with self._log.open("rb") as log:
            log.seek(begin)
            return b"listening on port" in log.read()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
