"""What changed between two logs, and how sure that is."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.parse.difference import compare

Counts = Counter[tuple[str, int]]


def _counts(**by_service: list[int]) -> Counts:
    return Counter(
        {
            (service, template): lines
            for service, row in by_service.items()
            for template, lines in enumerate(row)
            if lines
        }
    )


def test_new_vanished_and_shifted_are_told_apart() -> None:
    changes = compare(_counts(cart=[900, 50, 100, 0]), _counts(cart=[900, 0, 400, 60]))
    assert {(change.kind, change.template) for change in changes} == {
        ("vanished", 1),
        ("shifted", 2),
        ("new", 3),
    }
    assert [change.p_value for change in changes] == sorted(change.p_value for change in changes)


def test_more_traffic_changes_nothing() -> None:
    assert compare(_counts(cart=[900, 50, 100]), _counts(cart=[9000, 500, 1000])) == []


def test_a_line_seen_once_is_no_evidence() -> None:
    assert compare(_counts(cart=[1000]), _counts(cart=[1000, 1])) == []


def test_a_small_shift_of_many_lines_is_left_out() -> None:
    before, after = _counts(cart=[500_000, 500_000]), _counts(cart=[400_000, 600_000])
    assert compare(before, after) == []
    assert len(compare(before, after, min_ratio=1.1)) == 2


def test_a_service_that_is_gone_takes_its_templates_with_it() -> None:
    changes = compare(_counts(cart=[500], order=[500, 40]), _counts(cart=[500]))
    assert {(change.service, change.kind) for change in changes} == {("order", "vanished")}


_COUNTS = st.dictionaries(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 5)), st.integers(1, 10_000), max_size=12
)


@given(before=_COUNTS, after=_COUNTS)
def test_exchanging_the_sides_exchanges_new_and_vanished(
    before: dict[tuple[str, int], int], after: dict[tuple[str, int], int]
) -> None:
    there = {(c.service, c.template, c.kind, round(c.p_value, 9)) for c in compare(before, after)}
    mirrored = {"new": "vanished", "vanished": "new", "shifted": "shifted"}
    back = {(c.service, c.template, mirrored[c.kind], round(c.p_value, 9)) for c in compare(after, before)}
    assert there == back
    assert compare(before, before) == []


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_is_hardly_ever_significant(seed: int) -> None:
    rng = random.Random(seed)
    weights = [1 / rank for rank in range(1, 60)]

    def drawn() -> Counts:
        return Counter(("cart", template) for template in rng.choices(range(59), weights, k=5000))

    assert len(compare(drawn(), drawn())) <= 1
