"""Other people's miners on the same lines: what they cost a line for templates alone.

Each runs in a process of its own; `logparser3`, which needs other libraries, in an environment of its own.
"""

import subprocess
import sys
from pathlib import Path

from bench.lines import ROOT

VENV = ROOT / ".cache" / "bench" / "peers"
NAMES = ("drain3_masked", "drain3", "logparser3")


def cost(name: str, lines: Path) -> float:
    """Return the microseconds of CPU time that peer `name` takes for a line of the file.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    python = VENV / "bin" / "python" if name == "logparser3" else Path(sys.executable)
    command = [str(python), str(ROOT / "bench" / "peer_process.py"), name, str(lines)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return float(done.stdout.split()[-1])


def available() -> list[str]:
    """Return the peers that are installed."""
    return [name for name in NAMES if name != "logparser3" or (VENV / "bin" / "python").exists()]
