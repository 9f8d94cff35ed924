"""`burl retrain --every`: it goes on until it is ended, whatever one look leads to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT_SECONDS = 60


@contextmanager
def retraining(folder: Path, *options: str) -> Iterator[Iterator[str]]:
    """Yield the lines that `burl retrain` says of one line of logs; it must end when it is interrupted."""
    log = folder / "some.log"
    log.write_text("one line\n")
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
