"""Searching for plain text first finds what the expression alone finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.window.patterns import id_pattern, starts_of, word_pattern
from burl.window.search import Search

BLOCK = r"(?<![\w-])blk(?:_|_\-)[0-9]{2,3}(?![\w-])"
ORDER = r"(?<![A-Za-z0-9])(?:Order|or|order)[^\w\n]{1,3}([0-9]{1,2})(?![\w-])"
PICTURE = r"(?<![\w-])[0-9a-f]{2}\.jpg(?![\w-])"

_shapes = st.sampled_from([BLOCK, ORDER, PICTURE])
_parts = st.sampled_from(["blk", "_", "-", "17", "order", "Order", "or", " ", ": ", "ab.jpg", "x", ".", "é"])
_texts = st.lists(_parts, max_size=12).map("".join)


def _search(shape: str) -> Search:
    return Search(0, word_pattern(shape), starts_of(shape))


@given(_shapes, _texts)
def test_a_search_finds_what_its_expression_finds(shape: str, text: str) -> None:
    search = _search(shape)
    expected = [match.span() for match in search.pattern.finditer(text)]
    assert [match.span() for match in search.matches(text)] == expected


def _words(search: Search, text: str) -> list[str]:
    group = 1 if search.pattern.groups else 0
    return [match[group] for match in search.pattern.finditer(text)]


@given(_shapes, st.lists(_texts, max_size=4))
def test_all_texts_searched_at_once_hold_what_each_holds(shape: str, texts: list[str]) -> None:
    search = _search(shape)
    found = [_words(search, text) for text in texts]
    assert search.words(texts) == [(row, word) for row, words in enumerate(found) for word in words]
    one_each = [words[0] for words in found if len(words) == 1]
    assert search.one_each(texts) == (one_each if len(one_each) == len(texts) else None)


def test_what_is_found_over_a_line_end_is_not_in_either_text() -> None:
    search = Search(0, id_pattern("a[^x]b"), starts_of("a[^x]b"))
    assert search.words(["a", "b", "a-b"]) == [(2, "a-b")]


@pytest.mark.parametrize("texts", [["blk_17 blk_18", "x"], ["x", "blk_17 blk_18"], ["blk_17", "xblk_18"]])
def test_two_in_one_text_and_none_in_another_are_not_one_in_each(texts: list[str]) -> None:
    assert _search(BLOCK).one_each(texts) is None


def test_an_expression_without_plain_text_is_searched_for_as_it_is() -> None:
    search = Search(0, id_pattern(r"\d+"))
    assert search.one_each(["job 17", "18 items"]) == ["17", "18"]
