import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.decide.calibration import Calibration, Tail
from burl.decide.grading import Grader

SECOND = 1_000_000_000
DAY = 86_400


def sample(seed: int, count: int = 5_000, days: float = 10.0) -> Calibration:
    rng = np.random.default_rng(seed)
    times = (np.sort(rng.uniform(0, days * DAY, count)) * SECOND).astype(np.int64)
    return Calibration.fit(rng.exponential(1.0, count), times)


@given(st.lists(st.floats(0, 1e6), min_size=0, max_size=200), st.integers(0, 1000))
def test_p_values_fall_as_scores_rise_and_stay_in_bounds(scores: list[float], gap: int) -> None:
    times = np.arange(len(scores), dtype=np.int64) * SECOND
    tail = Tail(Calibration.fit(np.array(scores), times), float(gap))
    grid = np.array(sorted({*scores, 0.0, 0.5, 1e7}))
    p = tail.p_values(grid)
    assert np.all(np.diff(p) <= 0)
    assert np.all((p > 0) & (p <= 1))


@given(st.integers(0, 50), st.floats(0.01, 100), st.floats(0.01, 100))
def test_a_larger_budget_never_raises_the_threshold(seed: int, one: float, other: float) -> None:
    tail = Tail(sample(seed, 500), 60.0)
    low, high = sorted((one, other))
    assert tail.threshold(high) <= tail.threshold(low) + 1e-9


def test_the_threshold_costs_what_the_budget_allows_on_fresh_normal_data() -> None:
    tail = Tail(sample(1), 0.0)
    threshold = tail.threshold(20.0)
    rng = np.random.default_rng(2)
    fresh = rng.exponential(1.0, 50_000)  # a hundred days of the same
    false_a_day = np.count_nonzero(fresh > threshold) / 100
    assert 10 < false_a_day < 40


def test_beyond_the_sample_the_tail_is_extrapolated_and_says_so() -> None:
    calibration = sample(3, 200, days=1.0)
    tail = Tail(calibration, 60.0)
    assert tail.extrapolated(0.1)
    assert not tail.extrapolated(10.0)
    assert tail.threshold(0.1) > calibration.top_scores[0]
    assert tail.incidents_per_day(tail.threshold(0.1)) == pytest.approx(0.1)


def test_scores_close_in_time_are_one_incident() -> None:
    burst = np.arange(100, dtype=np.int64) * SECOND // 10
    tail = Tail(Calibration.fit(np.linspace(1, 2, 100), burst), 60.0)
    assert len(tail.peaks) == 1
    assert tail.peaks[0] == 2.0


def test_a_detector_silent_on_held_out_data_may_still_speak() -> None:
    times = np.arange(1_000, dtype=np.int64) * 60 * SECOND
    grader = Grader(Calibration.fit(np.zeros(1_000), times), 1.0, 60.0)
    assert grader.grades(np.array([0.0]))[0] == 0
    assert grader.grades(np.array([9.0]))[0] > 0.5


def test_grade_is_zero_up_to_the_threshold_and_grows_beyond() -> None:
    grader = Grader(sample(4), 5.0, 60.0)
    scores = np.array([0.0, grader.threshold, grader.threshold + 0.5, grader.threshold + 20])
    grades = grader.grades(scores)
    assert grades[0] == grades[1] == 0
    assert 0 < grades[2] < grades[3] <= 1


def test_calibration_survives_the_manifest() -> None:
    before = sample(5)
    after = Calibration.from_json(before.to_json())
    scores = np.linspace(0, 20, 50)
    assert Tail(after, 60).p_values(scores) == pytest.approx(Tail(before, 60).p_values(scores), rel=1e-4)


def test_the_interval_holds_the_rate_it_was_made_of() -> None:
    tail = Tail(sample(6), 0.0)
    threshold = tail.threshold(10.0)
    low, high = tail.interval(threshold)
    assert low < 10.0 < high
