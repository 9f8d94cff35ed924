import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from burl.detect.deeplog import DeepLog, DeepLogConfig
from burl.errors import BundleError
from burl.testing.synthetic import synthetic_corpus
from burl.window import Unit
from support.log_keys import Alphabet
from support.research import DATA, needs_research

_NORMAL = ("abcd", "abbcd", "abcde")
_NETWORK = {"hidden": 16, "max_epochs": 40}


def _quiet(_stage: str, _share: float) -> None:
    pass


def _taught(alphabet: Alphabet, seed: int = 0, **config: object) -> DeepLog:
    settings = DeepLogConfig.model_validate({"history": 4, "candidates": 3, "network": _NETWORK, **config})
    detector = DeepLog("session", settings, seed)
    detector.fit(alphabet.corpus(alphabet.sessions(*_NORMAL * 20)), _quiet)
    return detector


@pytest.fixture(scope="module")
def alphabet() -> Alphabet:
    return Alphabet()


@pytest.fixture(scope="module")
def taught(alphabet: Alphabet) -> DeepLog:
    return _taught(alphabet)


@pytest.mark.parametrize(("odd", "position"), [("abdc", 2), ("ab", 1), ("abcda", 4)])
def test_a_wrong_order_scores_above_the_normal_and_names_the_place(
    alphabet: Alphabet, taught: DeepLog, odd: str, position: int
) -> None:
    sessions = alphabet.sessions(*_NORMAL, odd)
    scores = taught.score(sessions)
    assert scores.values[-1] > scores.values[:-1].max()
    assert scores.positions[-1] == sessions.offsets[-2] + position


def test_what_came_instead_is_named(alphabet: Alphabet, taught: DeepLog) -> None:
    """An error never seen before, `x`, stands where the session went wrong."""
    sessions = alphabet.sessions("abx", "abxdc", "abcd")
    assert taught.score(sessions).positions[:2].tolist() == [2, 5]


def test_a_session_whose_begin_was_lost_is_not_judged_by_it(alphabet: Alphabet, taught: DeepLog) -> None:
    whole, part = alphabet.sessions("bcd", "abdc"), alphabet.sessions("bcd", "abdc")
    part.complete[:] = False
    assert taught.score(whole).values.min() > 1
    lost, begun = taught.score(part).values.tolist()
    assert lost == 0
    assert begun > 1


def test_an_explanation_says_what_came_and_what_was_expected(alphabet: Alphabet, taught: DeepLog) -> None:
    why = taught.explain(alphabet.sessions("abcd", "abdc"), 1)
    assert why.kind == "sequence"
    assert why.reason.startswith("order order-1: after 'text b' came 'text d' (probability ")
    assert alphabet.template("c") in why.expected_templates
    assert why.template == alphabet.template("d")
    assert why.probability is not None
    assert why.probability < 0.5


@pytest.mark.parametrize("unseen", ["ignore", "anomalous"])
def test_what_is_remembered_is_explained_as_what_is_not(
    alphabet: Alphabet, taught: DeepLog, tmp_path: Path, unseen: str
) -> None:
    taught.export(tmp_path)
    config = taught.config.model_copy(update={"unseen": unseen})
    sessions = alphabet.sessions("abdc", "abXcd", "ab", "abdc", "abcda", "dcba")
    sessions.complete[4:] = False
    scored, *fresh = (DeepLog.load(tmp_path, "session", config) for _ in range(len(sessions) + 1))
    scored.score(sessions)
    for row, detector in enumerate(fresh):
        assert scored.explain(sessions, row) == detector.explain(sessions, row)


def test_a_session_that_ends_early_says_so(alphabet: Alphabet, taught: DeepLog) -> None:
    why = taught.explain(alphabet.sessions("ab"), 0)
    assert "after 'text b' came the end" in why.reason


def test_the_papers_rule_is_the_rank_of_what_came(alphabet: Alphabet) -> None:
    sessions = alphabet.sessions("abcd", "dcba")
    strict, lax = (_taught(alphabet, candidates=g) for g in (1, 8))
    assert strict.explain(sessions, 1).decisive
    assert not lax.explain(sessions, 1).decisive


def test_events_never_seen_are_dropped_or_odd_as_the_setting_says(
    alphabet: Alphabet, taught: DeepLog
) -> None:
    sessions = alphabet.sessions("abcd", "abXcd", "XX")
    ignoring = taught.score(sessions)
    assert ignoring.values[1] == ignoring.values[0]
    assert ignoring.values[2] == 0
    judging = _taught(alphabet, unseen="anomalous")
    scores = judging.score(sessions)
    assert scores.values[1] > 10 * scores.values[0]
    assert scores.positions[1] == sessions.offsets[1] + 2
    why = judging.explain(sessions, 1)
    assert "never seen in training" in why.reason
    assert why.decisive


def test_a_kind_of_session_that_was_not_in_training_is_not_judged(
    alphabet: Alphabet, taught: DeepLog
) -> None:
    sessions = alphabet.sessions("dcba", kinds=["cart"])
    assert taught.score(sessions).values.tolist() == [0.0]
    assert "not judged" in taught.explain(sessions, 0).reason


def test_scores_do_not_depend_on_the_portions(tmp_path: Path) -> None:
    corpus = synthetic_corpus(3, anomalous=0.2).sequences("session")
    detector = DeepLog("session", DeepLogConfig.model_validate({"network": _NETWORK}))
    detector.fit(synthetic_corpus(3), _quiet)
    whole = detector.score(corpus)
    detector.export(tmp_path)
    detector = DeepLog.load(tmp_path, "session", detector.config)
    parts = [detector.score(corpus.take(np.array([row]))).values[0] for row in range(len(corpus))]
    assert whole.values.tolist() == parts


@pytest.mark.parametrize("unit", ["session", "window"])
def test_an_exported_detector_gives_the_same_scores(unit: Unit, tmp_path: Path) -> None:
    detector = DeepLog(unit, DeepLogConfig.model_validate({"network": _NETWORK}))
    detector.fit(synthetic_corpus(3), _quiet)
    detector.export(tmp_path)
    loaded = DeepLog.load(tmp_path, unit, detector.config)
    units = synthetic_corpus(4, anomalous=0.2).sequences(unit)
    first, second = detector.score(units), loaded.score(units)
    assert first.values.tolist() == second.values.tolist()
    assert first.positions.tolist() == second.positions.tolist()


@pytest.mark.parametrize("name", ["kinds.json", "vocabulary.json", "keys.npz"])
def test_a_damaged_export_is_refused(taught: DeepLog, name: str, tmp_path: Path) -> None:
    taught.export(tmp_path)
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(BundleError):
        DeepLog.load(tmp_path, "session", taught.config)


def test_a_vocabulary_of_another_network_is_refused(alphabet: Alphabet, tmp_path: Path) -> None:
    taught, other = _taught(alphabet), Alphabet()
    bigger = DeepLog("session", taught.config)
    bigger.fit(other.corpus(other.sessions(*["fghijklmnop"] * 20)), _quiet)
    taught.export(tmp_path)
    network = (tmp_path / "keys.npz").read_bytes()
    bigger.export(tmp_path)
    (tmp_path / "keys.npz").write_bytes(network)
    with pytest.raises(BundleError):
        DeepLog.load(tmp_path, "session", taught.config)


def test_too_few_sessions_teach_nothing(alphabet: Alphabet, tmp_path: Path) -> None:
    detector = DeepLog("session")
    detector.fit(alphabet.corpus(alphabet.sessions("abcd")), _quiet)
    detector.export(tmp_path)
    loaded = DeepLog.load(tmp_path, "session", DeepLogConfig())
    assert loaded.score(alphabet.sessions("dcba")).values.tolist() == [0.0]


def test_progress_that_raises_ends_the_training_and_changes_nothing(alphabet: Alphabet) -> None:
    detector = _taught(alphabet)
    sessions = alphabet.sessions("abcd", "dcba")
    before = detector.score(sessions).values.tolist()

    def interrupt(_stage: str, _share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        detector.fit(alphabet.corpus(alphabet.sessions(*["fgh"] * 30)), interrupt)
    assert detector.score(sessions).values.tolist() == before


@needs_research
@pytest.mark.research
@pytest.mark.slow
def test_hdfs_short_and_unseen_sessions_are_found() -> None:
    """One seed on a sample; bench/sequence_detectors.py measures the whole."""
    train: list[list[str]] = []
    odd: list[list[str]] = []
    with gzip.open(DATA / "hdfs_seq" / "sequences.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            session = row["events"].split()
            if row["split"] == "train":
                train.append(session)
            elif row["label"] == "1" and len(odd) < 500:
                odd.append(session)
    hdfs = Alphabet()
    config = DeepLogConfig.model_validate({"unseen": "anomalous", "network": {"max_epochs": 15}})
    detector = DeepLog("session", config)
    detector.fit(hdfs.corpus(hdfs.sessions(*train[:4000])), _quiet)
    normal, abnormal = (detector.score(hdfs.sessions(*part)).values for part in (train[4000:], odd))
    threshold = np.quantile(normal, 0.99)
    assert (abnormal > threshold).mean() > 0.85
