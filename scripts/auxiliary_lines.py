"""Write the lines of other systems that `logsy` learns from by default: the templates of examples/shop.

    scripts/auxiliary_lines.py

The shop is nginx, PostgreSQL, Redis, Celery and a Starlette application; of lines with the same words one is
kept. Run it again when the example or the masks change.
"""

import json
import sys
from pathlib import Path

from burl.clock import SystemClock
from burl.detect.tokens import words
from burl.parse.settings import ParseSettings
from burl.parse.train import train_templates
from burl.receive.batch import StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings

ROOT = Path(__file__).resolve().parents[1]
LINES = ROOT / "agent" / "burl" / "detect" / "logsy" / "auxiliary.json"
_MAX_CHARACTERS = 200
_KERNEL = "-fc-"
"""In the name of the kernel that the shop ran on: says nothing of logs."""


def main() -> int:
    """Write the file; return the exit code."""
    folders = [ROOT / "examples" / "shop" / part for part in ("train", "test")]
    batches = FileReader(ReceiveSettings(), StreamTable(), SystemClock()).read(folders, "auto")
    bodies = [body for batch in batches for body in batch.bodies]
    found = train_templates(bodies, ParseSettings(), lambda _stage, _share: None).templates.values()
    usable = sorted(text for text in found if len(text) <= _MAX_CHARACTERS and _KERNEL not in text)
    distinct = {tuple(words(text)): text for text in reversed(usable)}
    LINES.write_text(json.dumps(sorted(distinct.values()), indent=0) + "\n", encoding="utf-8")
    print(f"{len(distinct)} lines in {LINES.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
