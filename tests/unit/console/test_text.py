"""Text made safe to look at, and lines compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.console.text import compared, visible

lines = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(lines)
def test_nothing_that_is_visible_steers(text: str) -> None:
    steering = [c for c in visible(text) if unicodedata.category(c) == "Cc" and c not in "\t\n"]
    assert steering == []


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\xa0")))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("\x00", "␀"),
        ("user \u202e gnp.exe", "user \\u202e gnp.exe"),
        ("x\u2028y", "x\\u2028y"),
        ("\x9b2J", "\\x9b2J"),
        ("tab\tline\n", "tab\tline\n"),
        ("größe 漢字 🪵", "größe 漢字 🪵"),
    ],
)
def test_what_steers_becomes_readable(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(lines, lines)
def test_pieces_are_the_lines_again(line: str, other: str) -> None:
    left, right = compared(line, other)
    assert "".join(piece.text for piece in left) == line
    assert "".join(piece.text for piece in right) == other


@given(lines)
def test_a_line_does_not_differ_from_itself(line: str) -> None:
    assert not any(piece.differs for side in compared(line, line) for piece in side)


def test_tokens_that_the_other_lacks_are_marked() -> None:
    left, right = compared("payment answered 503 for <*>", "payment authorised for <*> in <*>")
    assert [piece.text for piece in left if piece.differs] == ["answered", "503"]
    assert [piece.text for piece in right if piece.differs] == ["authorised", "in", "<*>"]


def test_only_the_head_of_a_huge_line_is_compared() -> None:
    left, _ = compared("a " * 100_000, "b " * 100_000)
    assert 0 < sum(piece.differs for piece in left) < 1_000
