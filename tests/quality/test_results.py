"""A small part of docs/results.md, run again: what is committed is what the code does."""

import json
from pathlib import Path

import pytest

from burl.clock import SystemClock
from burl.train.evaluate.evaluation import EvaluationRequest, evaluate
from scripts.results.page import page
from support.research import DATA, needs_research

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_FIGURES = _DOCS / "results.json"
_TOLERANCE = 0.01


def test_the_committed_page_is_of_the_committed_figures() -> None:
    assert page(json.loads(_FIGURES.read_text("utf-8"))) == (_DOCS / "results.md").read_text("utf-8")


@pytest.mark.research
@pytest.mark.slow
@needs_research
@pytest.mark.parametrize(
    ("protocol", "data", "detectors", "supervised"),
    [
        ("hdfs_seq-supervised", "hdfs_seq", ["neighbours"], True),
        ("openstack_loghub", "openstack_loghub", ["pca", "neighbours", "event_set"], False),
        ("bgl", "bgl", ["new_template"], False),
        ("adfa_ld", "adfa_ld", ["neighbours"], False),
    ],
)
def test_committed_figures_are_reproduced(
    protocol: str, data: str, detectors: list[str], supervised: bool
) -> None:
    committed = {row["detector"]: row["f1"] for row in json.loads(_FIGURES.read_text())[protocol]["rows"]}
    request = EvaluationRequest(DATA / data, detectors, supervised=supervised)
    rows = evaluate(request, SystemClock(), lambda _stage, _fraction: None).rows
    found = {row.detector: row.f1 for row in rows}
    assert set(detectors) <= set(found)
    assert found == pytest.approx({name: committed[name] for name in found}, abs=_TOLERANCE)


@pytest.mark.research
@pytest.mark.slow
@needs_research
def test_detectors_of_counts_reach_their_goals_on_hdfs() -> None:
    goals = {"pca": 0.94, "neighbours": 0.945, "isolation_forest": 0.70, "event_set": 0.985}
    rows = evaluate(
        EvaluationRequest(DATA / "hdfs_seq", list(goals)), SystemClock(), lambda _stage, _fraction: None
    ).rows
    found = {row.detector: row.f1 or 0.0 for row in rows}
    assert {name: found[name] for name, goal in goals.items() if found[name] < goal} == {}
