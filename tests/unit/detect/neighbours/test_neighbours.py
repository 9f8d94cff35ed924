import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from burl.detect.neighbours import Neighbours
from burl.detect.neighbours.nearest import Nearest
from burl.parse import Catalogue
from support.letter_sessions import letter_corpus, letter_sessions

_vectors = arrays(np.float64, (6, 4), elements=st.integers(0, 9).map(float))


@given(_vectors, arrays(np.float64, (3, 4), elements=st.integers(0, 9).map(float)))
def test_the_nearest_is_found_and_the_distance_is_between_0_and_1(
    known: np.ndarray, asked: np.ndarray
) -> None:
    nearest = Nearest.of(known, 100)
    distances, rows = nearest.find(asked)
    assert ((distances >= 0) & (distances <= 1)).all()
    same = (nearest.vectors[rows] == asked).all(axis=1)
    assert ((distances == 0) == same).all()


def test_a_session_with_everything_doubled_is_odd() -> None:
    detector = Neighbours()
    detector.fit(letter_corpus(["abcd", "abbcd"] * 20), lambda _stage, _fraction: None)
    units = letter_sessions(Catalogue(), ["abcd", "aabbccdd"])
    normal, doubled = detector.score(units).values
    assert normal == 0
    assert doubled > 0.05


def test_with_labels_the_nearer_class_decides() -> None:
    sessions = ["abcd"] * 20 + ["abcdef"] * 20 + ["af"] * 10
    corpus = letter_corpus(sessions, [False] * 40 + [True] * 10)
    detector = Neighbours()
    detector.fit(corpus, lambda _stage, _fraction: None)
    scores = detector.score(letter_sessions(Catalogue(), ["abcd", "abcde", "aff", "af"]))
    assert scores.decisive is not None
    assert scores.decisive.tolist() == [False, False, True, True]
    assert scores.values[0] == 0


def test_a_vector_of_both_classes_belongs_to_the_one_that_has_it_more_often() -> None:
    sessions = ["ab"] * 30 + ["abc"] * 10
    corpus = letter_corpus(sessions, [False] * 5 + [True] * 25 + [False] * 10)
    detector = Neighbours()
    detector.fit(corpus, lambda _stage, _fraction: None)
    scores = detector.score(letter_sessions(Catalogue(), ["ab"]))
    assert scores.decisive is not None
    assert scores.decisive.tolist() == [True]
