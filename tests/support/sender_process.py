"""A sender of logs, as a process that may be ended and started again."""

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

_STOP_SECONDS = 60


class SenderProcess:
    """A program with a configuration; what it says goes into a file beside that."""

    def __init__(self, binary: str | None, config: Path, environment: Mapping[str, str]) -> None:
        """Nothing runs yet. Without a `binary` it must not be started."""
        self._binary, self._config, self._environment = binary, config, environment
        self._log = config.with_name("sender.log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        assert self._binary
        command = [self._binary, "--config", str(self._config)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it by a signal, at once unless that is SIGTERM."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(_STOP_SECONDS)
            self._process = None

    def log(self) -> str:
        """Return what it said."""
        return self._log.read_text(errors="replace")
