"""What people called normal of the shop's release is no incident any more; every fault is still found."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from burl.bundle import load_bundle
from burl.clock import SystemClock
from burl.config import load_settings, with_options
from burl.decide import Findings
from burl.engine.pipeline import score_batches
from burl.feedback import Desk, Verdict
from burl.pipelines import make_pipeline
from burl.receive.files import FileReader
from burl.train.episodes import judge, read_truth
from burl.write.counters import WriteCounters
from burl.write.settings import SqliteSettings
from burl.write.sqlite import SqliteStore
from support.workload import DECIDE, SHOP

pytestmark = pytest.mark.slow

RELEASED = ("features: loyalty", "related items ranked", "loyalty points credited")


def findings(suppressions: Sequence[dict[str, Any]]) -> Findings:
    """Return what is found in the shop's test part."""
    settings = with_options(load_settings(), {"decide": DECIDE})
    pipeline = make_pipeline(settings, load_bundle(SHOP / "bundle"), None)
    pipeline.suppressor.use(suppressions)
    batches = FileReader(settings.receive, pipeline.streams, SystemClock()).read([SHOP / "test"])
    found = Findings()
    for part in score_batches(pipeline, batches):
        found.extend(part)
    return found


def of_the_release(found: Findings) -> list[dict[str, Any]]:
    return [
        one.document
        for one in found.annotations
        if any(words in one.document.get("log.record.original", "") for words in RELEASED)
    ]


def test_a_verdict_on_a_release_ends_its_incidents_and_no_other(tmp_path: Path) -> None:
    store = SqliteStore(SqliteSettings(path=tmp_path / "burl.sqlite"), SystemClock(), WriteCounters())
    desk = Desk(store, SystemClock())
    truth = read_truth(SHOP)
    first = findings([])
    before = judge([one.document for one in first.annotations], truth)
    released = of_the_release(first)
    assert {before.unexplained.get(one["incident_id"]) for one in released} >= {"operation"}

    for finding in released:
        desk.give(Verdict("normal"), finding)

    second = findings(desk.suppressions())
    after = judge([one.document for one in second.annotations], truth)
    assert of_the_release(second) == []
    assert set(after.found_by.values()) == set(before.found_by.values())
    assert (after.episodes_found, after.sessions_found) == (before.episodes_found, before.sessions_found)
    assert after.incidents_of_operations < before.incidents_of_operations
    assert after.incidents_false <= before.incidents_false
