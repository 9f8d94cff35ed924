"""Lines that are not normal, drawn for training."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from burl.detect.lines.lexicon import PAD
from burl.detect.logsy.training_negatives import Negatives
from burl.detect.training import repeatable

TIME = 6
lines = st.lists(
    st.lists(st.integers(1, 9), min_size=1, max_size=TIME).map(lambda row: row + [PAD] * (TIME - len(row))),
    min_size=1,
    max_size=8,
    unique_by=tuple,
).map(torch.tensor)


def drawn(normal: Tensor, other: Tensor, seed: int, count: int = 200) -> Tensor:
    with repeatable(seed):
        return Negatives(normal, other).draw(count)


@given(lines, st.integers(0, 99))
def test_what_is_drawn_are_lines_and_none_of_them_is_normal(normal: Tensor, seed: int) -> None:
    found = drawn(normal, torch.tensor([[11, 12, PAD, PAD, PAD, PAD]]), seed)
    assert not {tuple(row) for row in found.tolist()} & {tuple(row) for row in normal.tolist()}
    is_word = found != PAD
    assert is_word[:, 0].all()
    assert (is_word[:, :-1] | ~is_word[:, 1:]).all(), "words stand before padding"


@given(lines, st.integers(0, 99))
def test_a_seed_draws_the_same_again(normal: Tensor, seed: int) -> None:
    other = torch.tensor([[11, 12, PAD, PAD, PAD, PAD]])
    assert torch.equal(drawn(normal, other, seed), drawn(normal, other, seed))


def test_lines_of_known_words_and_of_other_systems_are_drawn() -> None:
    normal = torch.tensor([[2, 3, 4, PAD, PAD, PAD], [5, 6, 7, 8, PAD, PAD]])
    found = drawn(normal, torch.tensor([[11, 12, PAD, PAD, PAD, PAD]]), 1, 4_000).tolist()
    assert [11, 12, PAD, PAD, PAD, PAD] in found
    assert [2, 6, 4, PAD, PAD, PAD] in found
    assert [2, 3, PAD, PAD, PAD, PAD] in found
