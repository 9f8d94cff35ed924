"""Bundles trained for the measurements, kept in .cache/bench until the masking of lines has changed."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.lines import ROOT, SECOND_NS, SHOP, Line, Log
from burl.parse import ParseSettings
from burl.parse.masks import masking_version

CACHE = ROOT / ".cache" / "bench"


_WITH_LOGSY = "new_template,rate,event_set,deeplog,logsy"
_AUXILIARY_LINES = 20_000


def bundle_of(log: Log, auxiliary: Log | None = None) -> Path:
    """Return a bundle of the default detectors, trained on the log's training part.

    That of the shop is the shipped one. With `auxiliary`, lines of another system, `logsy` is in it, too.
    """
    if log.name == "shop" and auxiliary is None:
        return SHOP / "bundle"
    path = CACHE / f"{log.name}-{'logsy' if auxiliary else 'auto'}-{_version()}"
    if not path.is_dir():
        _train(log, auxiliary, path)
    return path


def _train(log: Log, auxiliary: Log | None, path: Path) -> None:
    inputs = CACHE / f"{log.name}.lines"
    shutil.rmtree(inputs, ignore_errors=True)
    inputs.mkdir(parents=True)
    _write_container_logs(log.training, inputs)
    partial = path.with_name(f"{path.name}.partial")
    command = [sys.executable, "-m", "burl", "train", "--seed", "1", "--out", str(partial)]
    command += ["--session", log.sessions]
    command += ["--input", str(inputs)]
    if auxiliary:
        others = CACHE / f"{auxiliary.name}.txt"
        others.write_text("\n".join(line.body for line in auxiliary.training[:_AUXILIARY_LINES]), "utf-8")
        command += ["--detectors", _WITH_LOGSY, "--auxiliary", str(others)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    partial.rename(path)
    shutil.rmtree(inputs)


def _write_container_logs(lines: list[Line], folder: Path) -> None:
    """Write lines as a container runtime does: one file a container, its name says whose it is."""
    texts: dict[tuple[str, str, str], list[str]] = {}
    for line in lines:
        seconds, nanoseconds = divmod(line.time_ns, SECOND_NS)
        stamp = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
        texts.setdefault(line.stream, []).append(f"{stamp} stdout F {line.body}\n")
    for (namespace, pod, container), rows in texts.items():
        path = folder / f"{pod}_{namespace}_{container}-{'0' * 64}.log"
        path.write_text("".join(rows), "utf-8")


def _version() -> str:
    """Return what decides whether an old bundle still stands for a new one: its templates' masking."""
    settings = ParseSettings()
    return masking_version(settings.masks, settings.protect)
