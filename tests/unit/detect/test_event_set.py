import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.clock import SystemClock
from burl.detect.event_set import EventSet, EventSetConfig
from burl.detect.event_set.proportions import Proportions
from burl.detect.event_set.vectors import CountVectors, count_vector
from burl.errors import BundleError
from burl.parse import Catalogue
from burl.train.evaluate.evaluation import EvaluationRequest, evaluate
from support.letter_sessions import letter_corpus, letter_sessions
from support.research import DATA, needs_research

_NORMAL = ("abcd", "abbcd", "abcde")


def _taught(**config: object) -> EventSet:
    """Return a detector that judges by the paper's rules alone."""
    detector = EventSet("session", EventSetConfig.model_validate({"laws": False, **config}))
    detector.fit(letter_corpus(_NORMAL * 10), lambda _stage, _fraction: None)
    return detector


def _judged(detector: EventSet, session: str) -> tuple[float, int, str]:
    """Return score, position and reason of one session."""
    catalogue = Catalogue()
    letter_sessions(catalogue, ["edcba"])  # a process knows all trained templates, in an order of its own
    units = letter_sessions(catalogue, [session])
    scores = detector.score(units)
    return float(scores.values[0]), int(scores.positions[0]), detector.explain(units, 0).reason


@pytest.mark.parametrize("session", _NORMAL)
def test_sessions_as_in_training_score_nothing(session: str) -> None:
    assert _judged(_taught(), session)[0] == 0


def test_a_missing_event_is_named_and_stands_at_the_end() -> None:
    score, position, reason = _judged(_taught(ngrams=False), "abd")
    assert score > 0
    assert position == 2
    assert "expected 'text c', which never came" in reason


def test_a_surplus_event_is_where_it_went_wrong() -> None:
    score, position, reason = _judged(_taught(ngrams=False, length=False), "accbcd")
    assert score > 0
    assert position == 2
    assert "'text c' came more often" in reason


def test_an_order_never_seen_breaks_the_ngram_rule_alone() -> None:
    score, position, reason = _judged(_taught(), "acbd")
    assert score > 0
    assert position == 1
    assert "order never seen" in reason
    assert _judged(_taught(ngrams=False), "acbd")[0] == 0


def test_a_length_out_of_range_breaks_the_length_rule() -> None:
    score, position, reason = _judged(_taught(ngrams=False, counts=False), "abcdabcd")
    assert score > 0
    assert position == 5
    assert "has 8 events, in training it had 4 to 5" in reason


def test_unseen_events_are_dropped_or_odd_as_configured() -> None:
    assert _judged(_taught(), "abXcd")[0] == 0
    score, position, reason = _judged(_taught(unseen="anomalous", counts=False, ngrams=False), "abXcd")
    assert score > 0
    assert position == 2
    assert "never seen in training" in reason


def test_a_position_behind_dropped_events_is_that_of_the_record() -> None:
    assert _judged(_taught(), "XXacbd")[1] == 3


def test_kinds_without_training_are_not_judged() -> None:
    units = letter_sessions(Catalogue(), ["zzz"], kind="cart")
    detector = _taught(unseen="anomalous")
    assert detector.score(units).values.tolist() == [0]
    assert "no cart like it" in detector.explain(units, 0).reason


def test_history_of_a_window_is_not_judged() -> None:
    detector = _taught(ngrams=False)
    units = letter_sessions(Catalogue(), ["dddabcd"])
    units.leads[0] = 3
    assert detector.score(units).values.tolist() == [0]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    _taught().export(tmp_path)
    (tmp_path / "profiles.json").write_text('{"order": {}}')
    with pytest.raises(BundleError, match="cannot be read"):
        EventSet.load(tmp_path, "session", EventSetConfig())


_vectors = st.lists(st.integers(0, 5), min_size=1, max_size=8).map(count_vector)


@given(st.lists(_vectors, min_size=1, max_size=20, unique=True), _vectors)
def test_distance_is_l1_normalised_by_the_larger_counts(
    vectors: list[tuple[tuple[int, int], ...]], vector: tuple[tuple[int, int], ...]
) -> None:
    def dense(counts: tuple[tuple[int, int], ...]) -> np.ndarray:
        return np.array([dict(counts).get(event, 0) for event in range(6)])

    expected = [
        np.abs(dense(known) - dense(vector)).sum() / np.maximum(dense(known), dense(vector)).sum()
        for known in vectors
    ]
    np.testing.assert_allclose(CountVectors(vectors).distances(vector), expected, atol=1e-12)


_TRACES = tuple("abcd" * 25 + "ab" * more for more in range(30))
_OTHER_RULES = {"length": False, "counts": False, "ngrams": False}


def _taught_of_traces(**config: object) -> EventSet:
    detector = EventSet("session", EventSetConfig.model_validate({"laws": False, **config}))
    detector.fit(letter_corpus(_TRACES), lambda _stage, _fraction: None)
    return detector


def test_a_trace_is_judged_by_the_proportions_of_its_ngrams() -> None:
    backwards = "dcba" * 30
    score, _, reason = _judged(_taught_of_traces(**_OTHER_RULES), backwards)
    assert score > 0
    assert "proportions" in reason
    assert _judged(_taught_of_traces(**_OTHER_RULES), _TRACES[7])[0] == 0
    assert _judged(_taught_of_traces(**_OTHER_RULES, proportions=False), backwards)[0] == 0
    assert _judged(_taught_of_traces(**_OTHER_RULES, trace_events=1000), backwards)[0] == 0


def test_what_is_odd_about_a_trace_is_where_it_points_to() -> None:
    trace = "abcd" * 20 + "dbdbdbdbdbdbdbdbdbdb" + "abcd" * 5
    score, position, _ = _judged(_taught_of_traces(**_OTHER_RULES), trace)
    assert score > 0
    assert trace[position : position + 3] in {"dbd", "bdb"}


def test_a_trace_shorter_than_an_ngram_has_no_proportions() -> None:
    assert _judged(_taught_of_traces(**_OTHER_RULES), "ab")[0] == 0


def test_proportions_are_loaded_as_they_were_written(tmp_path: Path) -> None:
    detector = _taught_of_traces()
    detector.export(tmp_path)
    loaded = EventSet.load(tmp_path, "session", detector.config)
    for trace in ("dcba" * 30, "ab" * 60, _TRACES[3]):
        assert _judged(loaded, trace) == _judged(detector, trace)


@given(st.lists(st.text("abc", min_size=3, max_size=30), min_size=1, max_size=10), st.data())
def test_proportions_do_not_change_with_length(traces: list[str], data: st.DataObject) -> None:
    config = EventSetConfig(trace_ngram_size=1)
    known = [tuple(map(ord, trace)) for trace in traces]
    proportions = Proportions.learn(known, config)
    trace = data.draw(st.sampled_from(known))
    assert proportions.judge(trace * 7, config).distance < 1e-9


@pytest.mark.research
@pytest.mark.slow
@needs_research
def test_f1_on_system_calls() -> None:
    request = EvaluationRequest(DATA / "adfa_ld", ["event_set"])
    rows = evaluate(request, SystemClock(), lambda _stage, _fraction: None).rows
    assert all((row.f1 or 0.0) >= 0.55 for row in rows)


@pytest.mark.research
@pytest.mark.slow
@needs_research
@pytest.mark.parametrize(("ngrams", "least"), [(False, 0.985), (True, 0.98)])
def test_f1_on_hdfs(ngrams: bool, least: float) -> None:
    with gzip.open(DATA / "hdfs_seq" / "sequences.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    train = [row["events"].split() for row in rows if row["split"] == "train"]
    test = [row for row in rows if row["split"] == "test"]
    detector = EventSet("session", EventSetConfig(unseen="anomalous", ngrams=ngrams, laws=False))
    detector.fit(letter_corpus(train), lambda _stage, _fraction: None)
    found = detector.score(letter_sessions(Catalogue(), (row["events"].split() for row in test))).values > 0
    odd = np.array([row["label"] == "1" for row in test])
    f1 = 2 * np.count_nonzero(found & odd) / (np.count_nonzero(found) + np.count_nonzero(odd))
    assert f1 >= least
