import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.detect.deeplog.numbers import number, numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0),
        ("-3.5", -3.5),
        ("1,234", 1234.0),
        ("900ms", 0.9),
        ("1.2s", 1.2),
        ("2 kB", 2048.0),
        ("[17]", 17.0),
        ("(0.5%)", 0.5),
        ("1e3", 1000.0),
    ],
)
def test_numbers_are_read_in_seconds_and_bytes(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "abc", "10.0.0.1", "2024-01-01", "0x1f", "12/13", "1e999", "7 apples"])
def test_what_is_no_number_is_nan(text: str) -> None:
    assert math.isnan(number(text))


@given(st.text(max_size=60))
def test_any_text_is_a_finite_number_or_nan(text: str) -> None:
    assert not math.isinf(number(text))


def test_a_line_with_fewer_variable_parts_has_nan_there() -> None:
    first, second = numbers(["5"], [0, 1])
    assert first == 5.0
    assert math.isnan(second)
