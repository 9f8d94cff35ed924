"""`burl demo --console`: the findings of the demo in the console, until it is interrupted."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

WAIT_SECONDS = 300


@pytest.mark.slow
def test_the_findings_of_the_demo_can_be_looked_at(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "burl", "demo", "--console", "--out", str(tmp_path)]
    environment = os.environ | {"BURL_CONSOLE__LISTEN": "127.0.0.1:0"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = next(line.strip() for line in process.stdout if line.startswith("http://"))
        page = urllib3.request("GET", address, timeout=WAIT_SECONDS).data.decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_SECONDS) == 0
    assert page.count('<a href="/incidents/') > 20
    assert (tmp_path / "agent" / "burl.sqlite").exists()
