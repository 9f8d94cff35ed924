import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.detect.neighbours import Neighbours
from burl.parse import Catalogue
from burl.train.validation import Validation, spoil, validate
from burl.window import Sequences
from support.letter_sessions import letter_corpus, letter_sessions


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40))
def test_no_threshold_is_better_than_the_chosen_one(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([float(score) for score, _ in rows])
    odd = np.array([label for _, label in rows])
    odd[0] = True
    validation = Validation(scores, np.zeros_like(odd), odd, np.ones(len(rows)), by_labels=True)
    f1, threshold = validation.f1()
    possible = [validation.f1_of(scores > t) for t in np.unique(np.append(scores, 0.0)) if t >= 0]
    assert f1 == pytest.approx(max(possible))
    assert f1 == pytest.approx(validation.f1_of(scores > threshold))


def test_the_papers_rule_is_taken_where_it_is_as_good() -> None:
    odd = np.arange(100) >= 90
    validation = Validation(odd.astype(np.float64), odd, odd, np.ones(100), by_labels=True)
    assert validation.rule().paper
    useless = Validation(odd.astype(np.float64), ~odd, odd, np.ones(100), by_labels=True)
    assert not useless.rule().paper
    assert useless.rule().verdicts(np.array([0.0, 1.0]), np.array([True, False])).tolist() == [False, True]


def _of_thirty(copies: int) -> Validation:
    """Return thirty units, each so many times: the paper's rule misses 2 of 15 that the threshold finds."""
    odd = np.arange(30) < 15
    of_paper = odd & (np.arange(30) >= 2)
    odd, of_paper = np.repeat(odd, copies), np.repeat(of_paper, copies)
    return Validation(odd.astype(np.float64), of_paper, odd, np.ones(len(odd)), by_labels=True)


def test_a_threshold_must_be_clearly_better_than_the_papers_rule() -> None:
    assert _of_thirty(1).rule().paper
    assert not _of_thirty(20).rule().paper  # the same difference, seen in twenty times as many


def test_a_rule_that_finds_nothing_is_none() -> None:
    odd = np.arange(4) >= 3
    validation = Validation(odd.astype(np.float64), np.zeros_like(odd), odd, np.ones(4), by_labels=True)
    assert not validation.rule().paper


@given(st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=10), st.integers(0, 3))
def test_spoilt_sequences_are_well_formed_and_keep_their_history(sessions: list[str], lead: int) -> None:
    units = letter_sessions(Catalogue(), sessions)
    units.leads[:] = np.minimum(lead, np.diff(units.offsets) - 1)
    spoilt = spoil(units, seed=1)
    assert spoilt.offsets[-1] == len(spoilt.templates) == len(spoilt.times_ns) == len(spoilt.streams)
    assert (np.diff(spoilt.offsets) > spoilt.leads).all()
    for row in range(len(spoilt)):
        source = row % len(units)
        history = slice(0, int(units.leads[source]))
        before = units.templates[units.offsets[source] : units.offsets[source + 1]][history]
        after = spoilt.templates[spoilt.offsets[row] : spoilt.offsets[row + 1]][history]
        assert before.tolist() == after.tolist()


def test_without_labels_spoilt_sequences_stand_for_anomalies() -> None:
    corpus = letter_corpus(["abcd", "abbcd", "abcdd"] * 20)
    detector = Neighbours()
    detector.fit(corpus, lambda _stage, _fraction: None)
    validation = validate(detector, corpus, seed=0)
    assert validation is not None
    assert not validation.by_labels
    assert validation.weights.sum() == pytest.approx(1)
    assert validation.rule().f1 > 0.8


def test_into_long_sequences_comes_what_followed_in_another() -> None:
    units = letter_sessions(Catalogue(), ["ab" * 60, "cd" * 60])
    known = {pair for templates in _templates(units) for pair in itertools.pairwise(templates)}
    for templates in _templates(spoil(units, seed=3)):
        # only where the stretch begins and ends, and where the one it was cut from begins anew
        assert sum(pair not in known for pair in itertools.pairwise(templates)) <= 3


def _templates(units: Sequences) -> list[list[int]]:
    return [part.tolist() for part in np.split(units.templates, units.offsets[1:-1])]
