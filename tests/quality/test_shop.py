"""What is found in the shop's test part by a bundle trained on its train part only.

The definition of found and false is that of `burl.train.episodes`. The time of these logs is compressed,
hence the budget and the gap.
"""

import pytest

from burl.bundle import load_bundle
from burl.clock import SystemClock
from burl.config import load_settings, with_options
from burl.engine.pipeline import score_batches
from burl.pipelines import make_pipeline
from burl.receive.files import FileReader
from burl.train.episodes import EpisodeFigures, judge, read_truth
from burl.train.trainer import TrainRequest, train
from support.workload import DECIDE, SHOP

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> EpisodeFigures:
    out = tmp_path_factory.mktemp("quality") / "bundle"
    train(TrainRequest(inputs=[SHOP / "train"], out=out), lambda _stage, _fraction: None)
    settings = with_options(load_settings(), {"decide": DECIDE})
    pipeline = make_pipeline(settings, load_bundle(out), None)
    batches = FileReader(settings.receive, pipeline.streams, SystemClock()).read([SHOP / "test"])
    annotations = [
        annotation.document
        for findings in score_batches(pipeline, batches)
        for annotation in findings.annotations
    ]
    return judge(annotations, read_truth(SHOP))


def test_episodes_are_found(figures: EpisodeFigures) -> None:
    assert figures.episodes == 35
    assert figures.episodes_found >= 33, figures.missed


def test_incidents_are_few_and_hardly_one_is_false(figures: EpisodeFigures) -> None:
    assert figures.incidents_false <= 3, figures.false
    assert figures.incidents <= 50


def test_sessions_are_found_precisely(figures: EpisodeFigures) -> None:
    assert figures.sessions == 48
    assert figures.sessions_found >= 44
    assert figures.session_precision >= 0.85
