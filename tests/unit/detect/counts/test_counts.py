"""What all detectors of event counts have in common."""

from pathlib import Path

import numpy as np
import pytest

from burl.detect import Detector
from burl.detect.counts import CountConfig, CountDetector
from burl.detect.counts.matrix import count_matrix
from burl.detect.isolation_forest import IsolationForest, IsolationForestConfig
from burl.detect.neighbours import Neighbours, NeighboursConfig
from burl.detect.pca import Pca, PcaConfig
from burl.errors import BundleError
from burl.parse import Catalogue
from support.letter_sessions import letter_corpus, letter_sessions

_NORMAL = ["abcd", "abbcd", "aabbccdd", "abcde"] * 30
_KINDS: list[tuple[type[CountDetector], type[CountConfig]]] = [
    (Pca, PcaConfig),
    (Neighbours, NeighboursConfig),
    (IsolationForest, IsolationForestConfig),
]

pytestmark = pytest.mark.parametrize(("kind", "config"), _KINDS)


def _taught(kind: type[CountDetector], config: type[CountConfig], **settings: object) -> Detector:
    detector = kind("session", config.model_validate(settings))
    detector.fit(letter_corpus(_NORMAL), lambda _stage, _fraction: None)
    return detector


def _score(detector: Detector, *sessions: str) -> list[float]:
    return list(detector.score(letter_sessions(Catalogue(), sessions)).values.tolist())


def test_missing_and_surplus_steps_are_odder_than_what_was_learnt(
    kind: type[CountDetector], config: type[CountConfig]
) -> None:
    detector = _taught(kind, config)
    *normal, missing, surplus = _score(detector, *_NORMAL[:4], "ab", "abcdddddd")
    assert min(missing, surplus) > max(normal)


def test_the_explanation_names_the_event_and_where_it_went_wrong(
    kind: type[CountDetector], config: type[CountConfig]
) -> None:
    detector = _taught(kind, config)
    units = letter_sessions(Catalogue(), ["abcdddddddd"])
    scores = detector.score(units)
    why = detector.explain(units, 0)
    assert "'text d' came 8 times" in why.reason
    assert units.catalogue[why.template].text == "text d"
    assert 3 < scores.positions[0] < len("abcdddddddd")


def test_unseen_events_are_dropped_unless_they_are_to_be_odd(
    kind: type[CountDetector], config: type[CountConfig]
) -> None:
    plain, strict = _taught(kind, config), _taught(kind, config, unseen="anomalous")
    known, unseen = _score(plain, "abcd", "abcdXX")
    assert unseen == pytest.approx(known)
    known, unseen = _score(strict, "abcd", "abcdXX")
    assert unseen > known


def test_kinds_without_training_and_cut_sessions_are_not_judged(
    kind: type[CountDetector], config: type[CountConfig]
) -> None:
    detector = _taught(kind, config)
    foreign = letter_sessions(Catalogue(), ["ddd"], kind="cart")
    assert detector.score(foreign).values.tolist() == [0]
    assert "no cart like it" in detector.explain(foreign, 0).reason
    cut = letter_sessions(Catalogue(), ["ddd"])
    cut.complete[0] = False
    assert detector.score(cut).values.tolist() == [0]


def test_history_is_not_counted(kind: type[CountDetector], config: type[CountConfig]) -> None:
    detector = _taught(kind, config)
    units = letter_sessions(Catalogue(), ["dddddabcd", "abcd"])
    units.leads[0] = 5
    with_history, without = detector.score(units).values
    assert with_history == pytest.approx(without)


def test_a_damaged_file_is_refused(
    kind: type[CountDetector], config: type[CountConfig], tmp_path: Path
) -> None:
    _taught(kind, config).export(tmp_path)
    (tmp_path / "model0.npz").write_bytes(b"no zip")
    with pytest.raises(BundleError, match="cannot be read"):
        kind.load(tmp_path, "session", config())


def test_counts_are_those_of_the_judged_events(kind: type[CountDetector], config: type[CountConfig]) -> None:
    del kind, config
    units = letter_sessions(Catalogue(), ["aab", "", "bc"])
    units.leads[0] = 1
    counts = count_matrix(units, units.templates, np.array([0, 1, 2]), 3)
    assert counts.tolist() == [[1, 1, 0], [0, 0, 0], [0, 1, 1]]
