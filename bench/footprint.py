"""What an agent takes: memory, time to start, processor time while idle, bytes on disk.

The agent runs in an environment of its own, installed from the wheel: its share of memory (PSS) is not made
smaller by other Python programs of the machine, and the environment's size is what a user installs.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.agent import agent
from bench.bundles import CACHE
from bench.lines import ROOT, SHOP, Line, shop
from bench.requests import Form, requests, write_requests
from bench.results import Results, Size

_IDLE_SECONDS = 10.0
_STREAMS_EACH = 53
"""Streams made of each of the shop's 19: 1,007 in all."""
_MB = 1_000_000


def measure(results: Results, size: Size) -> None:
    """Add all figures."""
    with tempfile.TemporaryDirectory() as folder:
        python = _installed(results, Path(folder)) if not size.quick else Path(sys.executable)
        _start(results, python, size)
        _many_streams(results, python, size, Path(folder))


def _installed(results: Results, folder: Path) -> Path:
    """Install the wheel as a user would; return its Python."""
    uv = str(Path(sys.executable).with_name("uv"))
    build = ["build", "--quiet", "--wheel", "--no-build-isolation"]
    _run(uv, *build, "--python", sys.executable, "--out-dir", folder)
    (wheel,) = folder.glob("*.whl")
    results.add("size/wheel", [wheel.stat().st_size / _MB], "MB")
    venv = CACHE / "agent"
    shutil.rmtree(venv, ignore_errors=True)
    _run(uv, "venv", "--quiet", "--python", sys.executable, venv)
    python = venv / "bin" / "python"
    install = ["pip", "install", "--quiet", "--compile-bytecode", "--link-mode=copy"]
    _run(uv, *install, "--python", python, "-c", ROOT / "requirements" / "run.txt", wheel)
    files = (path for path in venv.rglob("*") if path.is_file() and not path.is_symlink())
    results.add("size/environment", [sum(path.stat().st_size for path in files) / _MB], "MB")
    return python


def _run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], cwd=ROOT, check=True)


def _start(results: Results, python: Path, size: Size) -> None:
    """Start agents; look at them as long as nothing has come."""
    seconds, cpu, shares, resident = [], [], [], []
    for _ in range(size.rounds):
        began = time.perf_counter()
        with agent(SHOP / "bundle", python=python) as running:
            seconds.append(time.perf_counter() - began)
            cpu.append(running.cpu_seconds())
            shares.append(running.memory_mb("Pss"))
            resident.append(running.memory_mb("Rss"))
    results.add("start/wall", seconds, "s", note="on a machine that does other work, too")
    results.add("start/processor", cpu, "s", 1.5)
    results.add("memory/before the first line (PSS)", shares, "MB", 60.0)
    results.add("memory/before the first line (RSS)", resident, "MB")


def _many_streams(results: Results, python: Path, size: Size, folder: Path) -> None:
    """Send many lines of about 1,000 streams, then nothing."""
    count = size.lines if size.quick else 1_000_000
    path = write_requests(folder / "streams", requests(_spread(shop().fresh(count)), Form()))
    idle_seconds = 1.0 if size.quick else _IDLE_SECONDS
    with agent(SHOP / "bundle", python=python) as running:
        cost = running.cost(path, count)
        name = f"memory/after {count:,} lines of 1,000 streams"
        results.add(f"{name} (PSS)", [running.memory_mb("Pss")], "MB", 100.0)
        results.add(f"{name} (RSS)", [running.memory_mb("Rss")], "MB")
        results.add("footprint/lines of 1,000 streams", [cost], "us/line")
        time.sleep(idle_seconds)  # what is due after the last request gets done
        before = running.cpu_seconds()
        time.sleep(idle_seconds)
        idle = (running.cpu_seconds() - before) / idle_seconds
        results.add("idle/processor", [idle * 1000], "millicores")
        results.add(f"{name}, a while later (PSS)", [running.memory_mb("Pss")], "MB")


def _spread(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines with the pods of each service multiplied; a hundred in a row stay in one pod."""
    for number, line in enumerate(lines):
        namespace, pod, container = line.stream
        copy = number // 100 % _STREAMS_EACH
        name = f"{pod[:-5]}{copy:05d}" if pod[-6] == "-" else f"{pod.rpartition('-')[0]}-{copy}"
        yield replace(line, stream=(namespace, name, container))
