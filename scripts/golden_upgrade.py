"""Write what this release leaves behind - bundle, state, embedded store - for later releases to load.

Run by `.venv/bin/python`, it writes tests/golden/upgrade, once for a release whose formats
changed. Names are relative, so that nothing tells where it was made.
"""

import os
import shutil
from pathlib import Path

from burl.bundle import load_bundle
from burl.clock import SystemClock
from burl.config import Settings
from burl.engine.checkpoint import StateDirectory
from burl.pipelines import make_pipeline
from burl.receive.files import FileReader
from burl.train.trainer import TrainRequest, train
from burl.write.factory import open_store
from burl.write.settings import SqliteSettings, WriteSettings

OUT = Path(__file__).resolve().parents[1] / "tests" / "golden" / "upgrade"
FAULT = "2026-11-22T10:40:00Z ERROR disk sda is on fire\n"


def log() -> str:
    """Return an application's log, normal but for its last line."""
    steps = ("received", "paid", "packed", "shipped")
    lines = [
        f"2026-11-22T10:{i // 60:02}:{i % 60:02}Z INFO order {i // 4} {steps[i % 4]}\n" for i in range(2400)
    ]
    return "".join(lines)


def main() -> None:
    """Train on the log, score it with a fault at its end, keep what that leaves."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    os.chdir(OUT)
    normal, faulty = Path("normal.log"), Path("faulty.log")
    normal.write_text(log(), "utf-8")
    faulty.write_text(log() + FAULT, "utf-8")
    request = TrainRequest(inputs=[normal], out=Path("bundle"), detectors=["new_template", "rate"], seed=1)
    train(request, lambda _stage, _fraction: None)
    pipeline = make_pipeline(Settings(), load_bundle(Path("bundle")), None)
    settings = WriteSettings(store="sqlite", sqlite=SqliteSettings(path=Path("store.sqlite")))
    store = open_store(settings, SystemClock())
    for batch in FileReader(Settings().receive, pipeline.streams, SystemClock()).read([faulty], "auto"):
        store.write(pipeline.process(batch))
    StateDirectory(Path("state")).save(1, {"pipeline": pipeline.state()})
    store.write(pipeline.flush())
    store.close()
    normal.unlink()
    faulty.unlink()


if __name__ == "__main__":
    main()
