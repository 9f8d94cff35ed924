import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from burl.window.patterns import SEARCHED_CHARS, has_name, hints_of, id_pattern
from burl.window.shapes import shape_of
from burl.window.spec import SessionKind


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(?:a|a)*b", r".*.*.*x", r"(\w+\s?)+!"])
def test_an_evil_pattern_ends(pattern: str) -> None:
    assert list(id_pattern(pattern).finditer("a" * (SEARCHED_CHARS - 1) + "?")) == []


@pytest.mark.parametrize("pattern", [r"order=(\w+)", r"blk_-?\d+", r"(?<![\w-])c-[0-9a-f]{8}(?![\w-])"])
def test_a_harmless_pattern_is_run_by_python(pattern: str) -> None:
    assert SessionKind(name="order", pattern=pattern).pattern == pattern
    assert type(id_pattern(pattern)).__module__ == "re"


def test_both_engines_give_groups_alike() -> None:
    text = "job=17 by=anna job=18 by=bert"
    for pattern in (r"job=(\d+)", r"job=(\d+)(?: by=\w+)*"):
        assert [match[1] for match in id_pattern(pattern).finditer(text)] == ["17", "18"]


@pytest.mark.parametrize("pattern", [r"(", r"(a+)+(?=b)", r"(\w+) .*\1"])
def test_what_neither_engine_bears_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        SessionKind(name="evil", pattern=pattern)


@pytest.mark.parametrize(
    ("shape", "named"),
    [
        (r"(?<![\w-])blk(?:_|_\-)[0-9]{16,19}(?![\w-])", True),
        (r"(?<![\w-])[0-9a-f]{16}\.jpg(?![\w-])", True),
        (r"(?<![\w-])[0-9a-f]{8}\-[0-9a-f]{4}(?![\w-])", False),
        (r"\b[A-Z]{2}\d+\b", False),
        ("", False),
    ],
)
def test_a_shape_has_a_name_where_letters_are_its_own(shape: str, named: bool) -> None:
    assert has_name(shape) is named


@pytest.mark.parametrize(
    ("shape", "hints"),
    [
        (r"(?<![\w-])c\-[0-9a-f]{8}(?![\w-])", ("c-",)),
        (r"(?<![A-Za-z0-9])(?:PID|pid)[^\w\n]{1,3}([0-9]{5,6})(?![\w-])", ("PID", "pid")),
        (r"(?<![\w-])blk(?:_|_\-)[0-9]{16,19}(?![\w-])", ("blk",)),
        (r"(?<![\w-])[0-9a-f]{32}(?![\w-])", ()),
        *((shape, ()) for shape in ("ab?c", "a|b", "(?:ab|cd)?e", "ab{0}", "a(b|c)*", r"a\d", "[ab]{0,2}")),
    ],
)
def test_hints_are_texts_of_which_one_stands_in_all_of_a_shape(shape: str, hints: tuple[str, ...]) -> None:
    assert hints_of(shape) == hints


@given(st.lists(st.from_regex(r"(?:ab|a_)-[0-9a-f]{4}\.x", fullmatch=True), min_size=2))
def test_words_of_a_shape_hold_a_hint(words: list[str]) -> None:
    hints = hints_of(shape_of(words).pattern)
    assert all(any(hint in word for hint in hints) for word in words if hints)
