"""`burl retrain --every`: it goes on until it is ended, whatever one look leads to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from burl.bundle.directory import DirectoryRegistry
from support.command_line import burl

WAIT_SECONDS = 60
BEGUN = datetime(2026, 11, 22, tzinfo=UTC)
STEPS = ("received", "paid", "packed", "shipped")


@contextmanager
def retraining(folder: Path, *options: str) -> Iterator[Iterator[str]]:
    """Yield the lines that `burl retrain` says of `some.log`; it must end when it is interrupted."""
    log = folder / "some.log"
    log.touch()
    command = ["retrain", "--every", "1s", "--input", str(log), "--registry", str(folder / "registry")]
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "burl", *command, *options],
        env=os.environ | {"BURL_WRITE__SQLITE__PATH": str(folder / "burl.sqlite")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_SECONDS) == 130


def test_it_looks_again_until_it_is_interrupted(tmp_path: Path) -> None:
    with retraining(tmp_path, "--after-verdicts", "1") as lines:
        for _ in range(2):
            assert next(lines) == "nothing to do: 0 verdicts since the last training\n"


def test_what_cannot_be_learnt_from_now_may_be_later(tmp_path: Path) -> None:
    with retraining(tmp_path) as said:
        lines = (line for line in said if line.startswith("burl: "))
        assert next(lines) == next(lines)


def test_a_verdict_has_it_train_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = f"{BEGUN:%Y-%m-%dT%H:%M:%SZ} ERROR disk sda is on fire"
    seconds = (f"{BEGUN + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}" for second in range(2_400))
    normal = [f"{time} INFO order {number // 4} {STEPS[number % 4]}\n" for number, time in enumerate(seconds)]
    (tmp_path / "some.log").write_text("".join([*normal, f"{fault}\n"]))
    monkeypatch.setenv("BURL_WRITE__SQLITE__PATH", str(tmp_path / "burl.sqlite"))
    with retraining(tmp_path, "--after-verdicts", "1", "--detectors", "new_template,rate") as lines:
        assert next(lines) == "nothing to do: 0 verdicts since the last training\n"
        assert burl(capsys, "feedback", "missed", fault).code == 0
        said = next(line for line in lines if not line.startswith("nothing to do"))
        assert next(lines) == "nothing to do: 0 verdicts since the last training\n"
    registry = DirectoryRegistry(tmp_path / "registry")
    assert said.startswith(f"{registry.versions()[0]} is the challenger")
    assert len(registry.versions()) == 1
    assert "disk sda" not in registry.open("challenger").templates().to_json()
