from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bench.results import ALLOWED_LOSS, Figure, Results, ratios, read_results, regressions

RATIOS = st.floats(0.01, 1000)


def _ratio(*values: float) -> dict[str, Figure]:
    return {"ratio/shop, drain3": Figure(values, "ratio")}


@given(RATIOS, st.floats(ALLOWED_LOSS + 0.001, 0.99))
def test_a_ratio_that_lost_more_than_is_allowed_is_named(before: float, loss: float) -> None:
    (line,) = regressions(_ratio(before), _ratio(before * (1 - loss)))
    assert "shop, drain3" in line


@given(RATIOS, st.floats(-10, ALLOWED_LOSS - 0.001))
def test_noise_and_gains_are_no_regression(before: float, loss: float) -> None:
    assert regressions(_ratio(before), _ratio(before * (1 - loss))) == []


def test_the_median_decides() -> None:
    assert regressions(_ratio(4, 4, 4), _ratio(1, 4, 4)) == []
    assert len(regressions(_ratio(4, 4, 4), _ratio(1, 1, 4))) == 1


def test_only_ratios_are_compared() -> None:
    before, now = Figure((1.0,), "us/line"), Figure((9.0,), "us/line")
    assert regressions({"end_to_end/shop": before}, {"end_to_end/shop": now}) == []


def test_what_was_not_measured_before_is_no_regression() -> None:
    assert regressions({}, _ratio(0.1)) == []


def test_rounds_are_compared_with_themselves() -> None:
    assert ratios([30.0, 60.0], [10.0, 15.0]) == (3.0, 4.0)


def test_a_ratio_must_be_at_least_its_goal_and_all_else_at_most() -> None:
    assert Figure((4.0,), "ratio", 4.0).kept is True
    assert Figure((3.9,), "ratio", 4.0).kept is False
    assert Figure((4.9,), "us/line", 5.0).kept is True
    assert Figure((5.1,), "us/line", 5.0).kept is False
    assert Figure((5.1,), "us/line").kept is None


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    results = Results({"cores": "2"}, absent=["HDFS"])
    results.add("ratio/shop, drain3", [1.0, 2.5], "ratio", 4.0, "said")
    results.write(tmp_path / "results.json")
    assert read_results(tmp_path / "results.json") == results
    assert read_results(tmp_path / "none.json") == Results()
