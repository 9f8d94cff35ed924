"""What the process keeps: asked of a process of its own, whose libraries no test needs mapped."""

import subprocess
import sys
from pathlib import Path

import pytest

from burl.engine.memory import unmap_code

_LET_GO = """
import re
from pathlib import Path
import numpy, grpc
from burl.engine.memory import unmap_code

def mapped_kib():
    return int(re.search(r"RssFile:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

before = mapped_kib()
unmap_code()
after = mapped_kib()
assert numpy.linalg.det(numpy.eye(50)) == 1
print(before, after)
"""


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="this system has no smaps")
def test_code_that_only_the_start_ran_is_let_go_and_comes_back() -> None:
    done = subprocess.run([sys.executable, "-c", _LET_GO], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    before, after = map(int, done.stdout.split())
    assert after < before / 2


def test_a_system_without_smaps_is_left_alone(tmp_path: Path) -> None:
    unmap_code(tmp_path / "none")
