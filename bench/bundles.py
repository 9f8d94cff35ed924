"""Bundles trained for the measurements, kept in .cache/bench until the masking of lines has changed."""

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.lines import ROOT, SECOND_NS, SHOP, Line, Log
from burl.parse import ParseSettings
from burl.parse.masks import masking_version

CACHE = ROOT / ".cache" / "bench"

_TROUBLE = re.compile(r"WARN|ERR|FATAL|FAIL|error|exception", re.ASCII)


def bundle_of(log: Log, words: str = "") -> Path:
    """Return a bundle of the default detectors, trained on the log's training part.

    That of the shop is the shipped one. With `words`, a detector that reads words is in it, too.
    """
    if log.name == "shop" and not words:
        return SHOP / "bundle"
    path = CACHE / f"{log.name}-{words or 'auto'}-{_version()}"
    if not path.is_dir():
        _train(log, words, path)
    return path


def _train(log: Log, words: str, path: Path) -> None:
    inputs = CACHE / f"{log.name}.lines"
    shutil.rmtree(inputs, ignore_errors=True)
    inputs.mkdir(parents=True)
    _write_container_logs(log.training, inputs)
    partial = path.with_name(f"{path.name}.partial")
    command = [sys.executable, "-m", "burl", "train", "--seed", "1", "--out", str(partial)]
    command += ["--session", log.sessions]
    command += ["--input", str(inputs)]
    if words:
        names = ",".join([*_defaults(log), words])
        command += ["--detectors", names, "--labels", str(_labels(log))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    partial.rename(path)
    shutil.rmtree(inputs)


def _defaults(log: Log) -> list[str]:
    """Return which detectors training chooses for a log."""
    chosen = json.loads((bundle_of(log) / "manifest.json").read_text("utf-8"))["detectors"]
    return list(dict.fromkeys(entry["name"] for entry in chosen))


def _labels(log: Log) -> Path:
    """Write which training lines are abnormal: those that speak of trouble will do for what a line costs."""
    labels = {line.body: "abnormal" if _TROUBLE.search(line.body) else "normal" for line in log.training}
    path = CACHE / f"{log.name}.labels.json"
    path.write_text(json.dumps(labels), "utf-8")
    return path


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
