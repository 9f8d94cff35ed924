import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from burl.train.evaluate.measure import Verdicts, average_precision, f1_interval, roc_auc

_rows = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=50)


@given(_rows)
def test_figures_are_those_of_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([1.0, 3.0, *(float(score) for score, _ in rows)])
    labels = np.array([True, False, *(label for _, label in rows)])
    assert roc_auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
    assert average_precision(scores, labels) == pytest.approx(average_precision_score(labels, scores))
    found = scores > 2
    assert Verdicts.of(found, labels).f1 == pytest.approx(f1_score(labels, found, zero_division=0))


def test_nothing_found_is_no_error() -> None:
    verdicts = Verdicts.of(np.zeros(3, dtype=np.bool_), np.array([True, False, False]))
    assert (verdicts.precision, verdicts.recall, verdicts.f1) == (0, 0, 0)


def test_the_interval_holds_the_figure_and_narrows_with_more_units() -> None:
    found = np.array([True] * 8 + [False] * 12)
    labels = np.array([True] * 6 + [False] * 12 + [True] * 2)
    f1 = Verdicts.of(found, labels).f1
    low, high = f1_interval(found, labels)
    low_of_many, high_of_many = f1_interval(np.tile(found, 100), np.tile(labels, 100))
    assert low < low_of_many < f1 < high_of_many < high
