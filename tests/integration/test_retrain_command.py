"""`burl retrain --every`: it goes on until it is ended, whatever one look leads to."""

import os
import signal
import subprocess
import sys
from pathlib import Path

WAIT_SECONDS = 60


def test_it_looks_again_until_it_is_interrupted(tmp_path: Path) -> None:
    log = tmp_path / "some.log"
    log.write_text("one line\n")
    command = ["retrain", "--every", "1s", "--input", str(log), "--registry", str(tmp_path / "registry")]
    environment = os.environ | {"BURL_WRITE__SQLITE__PATH": str(tmp_path / "burl.sqlite")}
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "burl", *command, "--after-verdicts", "1"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for _ in range(2):
            assert process.stdout.readline() == "nothing to do: 0 verdicts since the last training\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_SECONDS) == 130


def test_what_cannot_be_learnt_from_now_may_be_later(tmp_path: Path) -> None:
    log = tmp_path / "some.log"
    log.write_text("one line\n")
    command = ["retrain", "--every", "1s", "--input", str(log), "--registry", str(tmp_path / "registry")]
    environment = os.environ | {"BURL_WRITE__SQLITE__PATH": str(tmp_path / "burl.sqlite")}
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "burl", *command], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        lines = (line for line in process.stderr if line.startswith("burl: "))
        assert next(lines) == next(lines)
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_SECONDS) == 130
