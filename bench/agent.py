"""The agent under measurement: a real `burl run`, and what the kernel says of its process."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.lines import ROOT
from burl.demo.agent_process import RunningAgent, running_agent

_STORE = "burl.sqlite"
_TICKS = os.sysconf("SC_CLK_TCK")
KIB_A_MB = 1000 / 1.024
"""Kibibytes in a megabyte."""

Keys = Mapping[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Agent:
    """A running agent and the folder that it keeps its files in."""

    running: RunningAgent
    folder: Path

    def cpu_seconds(self) -> float:
        """Return its processor time so far, user and system, all threads."""
        fields = (self._proc / "stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mb(self, kind: str = "Pss") -> float:
        """Return its "Pss" (its share of what processes share) or "Rss", in megabytes."""
        for line in (self._proc / "smaps_rollup").read_text("ascii").splitlines():
            if line.startswith(f"{kind}:"):
                return int(line.split()[1]) / KIB_A_MB
        raise LookupError(kind)

    def send(self, requests: Path, *options: str) -> dict[str, float]:
        """Send a file of requests from another process; return what became of them."""
        self.running.check()
        command = [sys.executable, "-m", "bench.sender", str(self.running.port), str(requests), *options]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        outcome: dict[str, float] = json.loads(done.stdout)
        return outcome

    def cost(self, requests: Path, lines: int, *options: str) -> float:
        """Send a file of requests; return the microseconds of processor time that each of its lines took."""
        before = self.cpu_seconds()
        self.send(requests, *options)
        return (self.cpu_seconds() - before) / lines * 1e6

    def annotated(self) -> int:
        """Return how many annotations stand in its SQLite store."""
        with closing(sqlite3.connect(self.folder / _STORE)) as store:
            rows = store.execute("SELECT count(*) FROM documents WHERE kind = 'annotation'")
            return int(rows.fetchone()[0])

    @property
    def _proc(self) -> Path:
        return Path(f"/proc/{self.running.process.pid}")


@contextmanager
def agent(
    bundle: Path | None = None, keys: Keys | None = None, python: Path = Path(sys.executable)
) -> Iterator[Agent]:
    """Start an agent with its own state and SQLite store, which go away in the end.

    The bench's lines are older or younger than the machine's clock: their times are believed.
    """
    with tempfile.TemporaryDirectory(prefix="burl-bench-") as name:
        folder = Path(name)
        settings = {
            ("receive", "listen"): "127.0.0.1:0",
            ("receive", "http_listen"): "",
            ("receive", "max_ahead_seconds"): "1e9",
            ("state", "directory"): str(folder / "state"),
            ("write", "sqlite", "path"): str(folder / _STORE),
        }
        if bundle is not None:
            settings["bundle", "path"] = str(bundle)
        with running_agent(settings | dict(keys or {}), folder / "agent.log", python) as running:
            yield Agent(running, folder)
