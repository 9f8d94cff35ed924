"""Searching for plain text first finds what the expression alone finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.window.patterns import hints_of, id_pattern, starts_of, word_pattern
from burl.window.search import Search

BLOCK = r"(?<![\w-])blk(?:_|_\-)[0-9]{2,3}(?![\w-])"
ORDER = r"(?<![A-Za-z0-9])(?:Order|or|order)[^\w\n]{1,3}([0-9]{1,2})(?![\w-])"
PICTURE = r"(?<![\w-])[0-9a-f]{2}\.jpg(?![\w-])"

_shapes = st.sampled_from([BLOCK, ORDER, PICTURE])
_parts = st.sampled_from(["blk", "_", "-", "17", "order", "Order", "or", " ", ": ", "\n", "ab.jpg", "x", "."])
_texts = st.lists(_parts, max_size=12).map("".join)


def _search(shape: str) -> Search:
    return Search(0, word_pattern(shape), hints_of(shape), starts_of(shape))


@pytest.mark.parametrize(
    ("shape", "starts"), [(BLOCK, ("blk",)), (ORDER, ("Order", "or", "order")), (PICTURE, ()), ("ab?c", ())]
)
def test_starts_are_texts_with_one_of_which_all_of_a_shape_begins(
    shape: str, starts: tuple[str, ...]
) -> None:
    assert starts_of(shape) == starts


@given(_shapes, _texts)
def test_a_search_finds_what_its_expression_finds(shape: str, text: str) -> None:
    search = _search(shape)
    expected = [match.span() for match in search.pattern.finditer(text)]
    assert [match.span() for match in search.matches(text)] == expected


@given(_shapes, st.lists(_texts, min_size=1, max_size=4))
def test_one_in_each_text_is_found_in_all_at_once(shape: str, texts: list[str]) -> None:
    search = _search(shape)
    found = [[match[0] for match in search.matches(text)] for text in texts]
    one_each = [words[0] for words in found if len(words) == 1]
    assert search.one_each(texts) == (one_each if len(one_each) == len(texts) else None)


@pytest.mark.parametrize("texts", [["blk_17 blk_18", "x"], ["x", "blk_17 blk_18"], ["blk_17", "xblk_18"]])
def test_two_in_one_text_and_none_in_another_are_not_one_in_each(texts: list[str]) -> None:
    assert _search(BLOCK).one_each(texts) is None


def test_an_expression_without_plain_text_is_searched_for_as_it_is() -> None:
    search = Search(0, id_pattern(r"\d+"))
    assert search.one_each(["job 17", "18 items"]) == ["17", "18"]
