from pathlib import Path

import numpy as np
import pytest

from burl.detect.next_message import NextMessage, NextMessageConfig
from burl.errors import BundleError
from support.log_keys import Alphabet

_NORMAL = ("abcd", "abbcd", "abcde")


def _taught(alphabet: Alphabet, **config: object) -> NextMessage:
    network = {"hidden": 16, "max_epochs": 40}
    settings = {"history": 4, "candidates": 3, "network": network, **config}
    detector = NextMessage("session", NextMessageConfig.model_validate(settings), seed=0)
    detector.fit(alphabet.corpus(alphabet.sessions(*_NORMAL * 20)), lambda _stage, _share: None)
    return detector


@pytest.fixture(scope="module")
def alphabet() -> Alphabet:
    return Alphabet()


@pytest.fixture(scope="module")
def taught(alphabet: Alphabet) -> NextMessage:
    return _taught(alphabet)


@pytest.mark.parametrize(("odd", "position"), [("abdc", 2), ("abcda", 4), ("cabcd", 0)])
def test_a_wrong_order_scores_above_the_normal_and_names_a_place(
    alphabet: Alphabet, taught: NextMessage, odd: str, position: int
) -> None:
    sessions = alphabet.sessions(*_NORMAL, odd)
    scores = taught.score(sessions)
    assert scores.values[-1] > scores.values[:-1].max()
    assert scores.positions[-1] >= sessions.offsets[-2] + position


def test_what_cannot_be_placed_is_handed_to_people(alphabet: Alphabet, taught: NextMessage) -> None:
    sessions = alphabet.sessions("abcd", "abcda")
    decisive = taught.score(sessions).decisive
    assert decisive is not None
    assert decisive.tolist() == [False, True]
    why = taught.explain(sessions, 1)
    assert why.kind == "sequence"
    assert why.detail["unplaced"] is True
    assert taught.explain(sessions, 0).detail["unplaced"] is False


def test_an_unseen_event_is_dropped_or_unplaced_as_the_setting_says(alphabet: Alphabet) -> None:
    sessions = alphabet.sessions("abcd", "abxcd")
    ignoring = _taught(alphabet).score(sessions)
    assert ignoring.values[0] == ignoring.values[1]
    counting = _taught(alphabet, unseen="anomalous")
    scores = counting.score(sessions)
    assert scores.decisive is not None
    assert scores.decisive.tolist() == [False, True]
    assert scores.positions[1] == sessions.offsets[1] + 2
    assert "was never seen in training" in counting.explain(sessions, 1).reason


def test_a_kind_that_was_not_in_training_is_not_judged(alphabet: Alphabet, taught: NextMessage) -> None:
    sessions = alphabet.sessions("dcba", kinds=["cart"])
    assert taught.score(sessions).values.tolist() == [0.0]
    assert "not judged" in taught.explain(sessions, 0).reason


def test_too_few_sessions_teach_nothing(alphabet: Alphabet, tmp_path: Path) -> None:
    detector = NextMessage()
    detector.fit(alphabet.corpus(alphabet.sessions(*_NORMAL)), lambda _stage, _share: None)
    detector.export(tmp_path)
    loaded = NextMessage.load(tmp_path, "session", NextMessageConfig())
    assert loaded.score(alphabet.sessions("dcba")).values.tolist() == [0.0]


@pytest.mark.parametrize("name", ["model.npz", "kinds.json", "vocabulary.json"])
def test_a_damaged_bundle_is_refused(taught: NextMessage, tmp_path: Path, name: str) -> None:
    taught.export(tmp_path)
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises(BundleError):
        NextMessage.load(tmp_path, "session", taught.config)


def test_a_vocabulary_of_another_size_is_refused(taught: NextMessage, tmp_path: Path) -> None:
    taught.export(tmp_path)
    (tmp_path / "vocabulary.json").write_text('{"ids": ["id-a"], "supersedes": {}}')
    with pytest.raises(BundleError, match="differ in size"):
        NextMessage.load(tmp_path, "session", taught.config)


def test_scores_do_not_depend_on_what_was_scored_before(alphabet: Alphabet, taught: NextMessage) -> None:
    sessions = alphabet.sessions(*_NORMAL, "abdc")
    first = taught.score(sessions).values
    one_by_one = [taught.score(sessions.take(np.array([row]))).values[0] for row in range(len(sessions))]
    assert first.tolist() == one_by_one
