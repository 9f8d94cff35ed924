from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from burl.detect.lstm_iforest import LstmIforest, LstmIforestConfig
from burl.detect.lstm_iforest.errors import UNSEEN, Errors
from burl.errors import BundleError
from support.log_keys import Alphabet

_NORMAL = ("abcd", "abbcd", "abcde")


def _taught(
    alphabet: Alphabet, stages: Literal["both", "lstm", "forest"] = "both", **config: object
) -> LstmIforest:
    network = {"hidden": 16, "layers": 1, "max_epochs": 30}
    settings = {"history": 4, "n_estimators": 30, "network": network, "stages": stages, **config}
    detector = LstmIforest("session", LstmIforestConfig.model_validate(settings), seed=0)
    detector.fit(alphabet.corpus(alphabet.sessions(*_NORMAL * 20)), lambda _stage, _share: None)
    return detector


@pytest.fixture(scope="module")
def alphabet() -> Alphabet:
    return Alphabet()


def test_the_filter_comes_first_and_the_forest_judges_what_is_left(alphabet: Alphabet) -> None:
    sessions = alphabet.sessions(*_NORMAL, "abdca")
    both, alone = _taught(alphabet).score(sessions), _taught(alphabet, "forest").score(sessions)
    assert (both.values == 0).any()
    assert (alone.values > 0).all()
    assert both.values[-1] == alone.values[-1] > alone.values[:-1].max()
    assert both.decisive is not None
    assert both.decisive.tolist() == [False, False, False, True]


def test_nothing_passes_a_filter_as_wide_as_the_largest_error(alphabet: Alphabet) -> None:
    scores = _taught(alphabet, mse_test=1.0).score(alphabet.sessions("abdca"))
    assert scores.values.tolist() == [0.0]


def test_the_lstm_alone_goes_by_the_largest_error(alphabet: Alphabet) -> None:
    scores = _taught(alphabet, "lstm").score(alphabet.sessions(*_NORMAL, "abdca"))
    assert scores.decisive is not None
    assert scores.decisive[-1]
    assert scores.values[-1] > scores.values[:-1].max()


def test_an_explanation_names_both_stages(alphabet: Alphabet) -> None:
    why = _taught(alphabet).explain(alphabet.sessions("abdca"), 0)
    assert why.detail["largest_error"] > why.detail["mse_test"]
    assert why.detail["forest_score"] > why.detail["forest_limit"]
    assert why.decisive


def test_an_unseen_event_that_counts_is_abnormal_without_the_forest(alphabet: Alphabet) -> None:
    sessions = alphabet.sessions("abcd", "abxcd")
    scores = _taught(alphabet, unseen="anomalous").score(sessions)
    assert scores.values[1] == 1.0
    assert scores.positions[1] == sessions.offsets[1] + 2


def test_features_are_of_known_events_only() -> None:
    errors = Errors(np.array([0, 0, 1]), np.arange(3), np.array([0.5, UNSEEN, 0.1]))
    features = errors.features(3)
    assert features[0, :3].tolist() == [0.5, 0, 0]
    assert features[2].tolist() == [0] * features.shape[1]
    largest, worst = errors.worst(3)
    assert largest.tolist() == [UNSEEN, 0.1, 0]
    assert worst.tolist() == [1, 2, -1]


@pytest.mark.parametrize("name", ["model.npz", "forest.npz", "limits.json"])
def test_a_damaged_bundle_is_refused(alphabet: Alphabet, tmp_path: Path, name: str) -> None:
    taught = _taught(alphabet)
    taught.export(tmp_path)
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises(BundleError):
        LstmIforest.load(tmp_path, "session", taught.config)
