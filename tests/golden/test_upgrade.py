"""What an earlier release left behind loads in this one; scripts/golden_upgrade.py wrote it."""

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from burl.bundle import load_bundle
from burl.clock import SystemClock
from burl.config import Settings
from burl.decide import Findings
from burl.detect.deeplog import DeepLog, DeepLogConfig
from burl.detect.logsy import Logsy
from burl.engine.checkpoint import StateDirectory
from burl.pipelines import make_pipeline
from burl.receive.files import FileReader
from burl.testing.synthetic import synthetic_corpus
from burl.write import make_store
from burl.write.settings import SqliteSettings, WriteSettings

GOLDEN = Path(__file__).with_name("upgrade")
ONNX = Path(__file__).with_name("onnx")
ONNX_LINES = Path(__file__).with_name("onnx_lines")
FAULT = "2026-11-22T10:40:00Z ERROR disk sda is on fire\n"


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A copy that may be written to."""
    return Path(shutil.copytree(GOLDEN, tmp_path / "left"))


def score(left: Path, text: str) -> Findings:
    """Continue from the state that was left, with one line more."""
    path = left / "faulty.log"
    path.write_text(text, "utf-8")
    recovered = StateDirectory(left / "state").recover()
    assert recovered.aside == []
    assert recovered.state is not None
    pipeline = make_pipeline(Settings(), load_bundle(left / "bundle"), recovered.state["pipeline"])
    (batch,) = FileReader(Settings().receive, pipeline.streams, SystemClock()).read([path], "auto")
    return pipeline.process(batch)


def test_a_bundle_loads(left: Path) -> None:
    bundle = load_bundle(left / "bundle")
    assert {entry.name for entry in bundle.manifest.detectors} == {"new_template", "rate"}


def test_state_goes_on(left: Path) -> None:
    """What was new then is known now; what is new now is found."""
    known = score(left, FAULT.replace("10:40:00", "10:40:01"))
    new = score(left, FAULT.replace("disk sda is on fire", "cannot fork: out of memory"))
    assert [found.document["detector_id"] for found in known.annotations] == []
    assert [found.document["detector_id"] for found in new.annotations] == ["new_template"]


def test_a_store_opens(left: Path) -> None:
    settings = WriteSettings(store="sqlite", sqlite=SqliteSettings(path=left / "store.sqlite"))
    store = make_store(settings, SystemClock(), random.Random(1), {})
    try:
        (found,) = store.annotations()
        assert found["log.record.original"] == FAULT.rstrip()
        assert [incident["incident_id"] for incident in store.incidents()] == [found["incident_id"]]
    finally:
        store.close()


def test_a_network_in_onnx_scores_as_it_did() -> None:
    """Bundles had networks in ONNX before they had them as arrays."""
    sessions = synthetic_corpus(4, anomalous=0.2).sequences("session")
    scores = DeepLog.load(ONNX, "session", DeepLogConfig()).score(sessions)
    assert scores.values.tolist() == pytest.approx(json.loads((ONNX / "scores.json").read_text()), abs=1e-5)


def test_a_network_of_lines_in_onnx_scores_as_it_did() -> None:
    rows = (np.arange(36).reshape(4, 9) % 20).astype(np.int32)
    scores = Logsy.load_scorer(ONNX_LINES)(rows)
    assert scores.tolist() == pytest.approx(json.loads((ONNX_LINES / "scores.json").read_text()), abs=1e-5)
