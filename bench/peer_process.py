"""One of other people's miners at work, in a process of its own; imports nothing of Burl.

    python bench/peer_process.py NAME FILE    (FILE: JSON list of lines)

prints the microseconds a line that the miner takes for the second half, having seen the first.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_MASKS = (
    (r"((?<=[^A-Za-z0-9])|^)(([0-9a-f]{2,}:){3,}([0-9a-f]{2,}))((?=[^A-Za-z0-9])|$)", "ID"),
    (r"((?<=[^A-Za-z0-9])|^)(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})((?=[^A-Za-z0-9])|$)", "IP"),
    (r"((?<=[^A-Za-z0-9])|^)([0-9a-f]{6,} ?){3,}((?=[^A-Za-z0-9])|$)", "SEQ"),
    (r"((?<=[^A-Za-z0-9])|^)([0-9A-F]{4} ?){4,}((?=[^A-Za-z0-9])|$)", "SEQ"),
    (r"((?<=[^A-Za-z0-9])|^)(0x[a-f0-9A-F]+)((?=[^A-Za-z0-9])|$)", "HEX"),
    (r"((?<=[^A-Za-z0-9])|^)([\-\+]?\d+)((?=[^A-Za-z0-9])|$)", "NUM"),
    (r"(?<=executed cmd )(\".+?\")", "CMD"),
)
"""The masks of drain3's own example configuration (examples/drain3.ini)."""


def _drain3(masks: tuple[tuple[str, str], ...]) -> Callable[[list[str]], object]:
    from drain3 import TemplateMiner  # each peer has its own environment
    from drain3.masking import MaskingInstruction  # each peer has its own environment
    from drain3.template_miner_config import TemplateMinerConfig  # each peer has its own environment

    config = TemplateMinerConfig()
    config.masking_instructions = [MaskingInstruction(pattern, name) for pattern, name in masks]
    config.profiling_enabled = False
    miner = TemplateMiner(config=config)
    return lambda lines: [miner.add_log_message(line) for line in lines]


def _logparser3() -> Callable[[list[str]], object]:
    """Return its Drain, which reads a file, writes tables, and prints its progress: all left as it is."""
    from logparser.Drain import LogParser  # each peer has its own environment

    def work(lines: list[str]) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "lines.log").write_text("\n".join(lines), "utf-8")
            return LogParser("<Content>", indir=folder, outdir=folder, rex=[r"(\d+\.){3}\d+"]).parse(
                "lines.log"
            )

    return work


def main() -> None:
    """Print what the named peer costs."""
    name, path = sys.argv[1:]
    lines = json.loads(Path(path).read_text("utf-8"))
    work = _logparser3() if name == "logparser3" else _drain3(_MASKS if name == "drain3_masked" else ())
    half = len(lines) // 2
    if name != "logparser3":  # its every call begins anew
        work(lines[:half])
    began = time.process_time()
    work(lines[half:])
    print((time.process_time() - began) / (len(lines) - half) * 1e6)


if __name__ == "__main__":
    main()
