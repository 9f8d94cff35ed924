"""An agent as a user runs it: `burl run` in a process of its own."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import orjson

from burl.config import PREFIX, environment_variable
from burl.errors import UserError

_STOP_SECONDS = 60
_KEPT = environment_variable("write", "opensearch", "")
"""The user's own variables that the agent is given: how to reach OpenSearch, its password among them."""
_LISTENING = "listening on port "


@dataclass(frozen=True, slots=True)
class RunningAgent:
    """A `burl run` that listens on `port` of 127.0.0.1 and says what it does in `log`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def check(self) -> None:
        """Raise UserError when it has ended."""
        if self.process.poll() is not None:
            raise UserError(f"the agent ended with code {self.process.returncode}: see {self.log}")

    def memory_bytes(self) -> int | None:
        """Return its resident memory, or None where the system does not say (it does on Linux)."""
        try:
            pages = Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1]
        except OSError:
            return None
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running_agent(
    keys: Mapping[tuple[str, ...], str], log: Path, python: Path = Path(sys.executable)
) -> Iterator[RunningAgent]:
    """Start an agent whose settings are `keys`, and stop it in the end: it then has saved its state.

    Args:
        keys: settings by their path, as ("receive", "listen").
        log: file that takes what the agent says.
        python: interpreter that has Burl installed; none given: this one.

    Raises:
        UserError: it did not start, or did not end well; its text is what the agent said.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(PREFIX) or name.startswith(_KEPT)
    }
    environment = inherited | {environment_variable(*path): value for path, value in keys.items()}
    command = [str(python), "-m", "burl", "run"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    said = cast("IO[bytes]", process.stderr)  # it was asked for as a pipe
    with process, log.open("wb") as file:
        try:
            port = _port(said, file)
            reader = threading.Thread(target=_drain, args=(said, file), daemon=True)
            reader.start()
            yield RunningAgent(process, port, log)
            process.send_signal(signal.SIGTERM)
            if process.wait(_STOP_SECONDS) != 0:
                raise UserError(f"the agent ended with code {process.returncode}: see {log}")
            reader.join()
        finally:
            process.kill()


def _port(said: IO[bytes], file: IO[bytes]) -> int:
    """Return where the agent listens, once it says so. Raises UserError with its complaint when it ends."""
    complaints = []
    for line in said:
        file.write(line)
        text = line.decode("utf-8", "replace").strip()
        if text.startswith("burl: "):
            complaints.append(text.removeprefix("burl: "))
        elif _LISTENING in text:
            return int(orjson.loads(text)["message"].partition(_LISTENING)[2].partition(";")[0])
    raise UserError("\n".join(complaints) or f"the agent did not start: see {file.name}")


def _drain(said: IO[bytes], file: IO[bytes]) -> None:
    for line in said:
        file.write(line)
        file.flush()
