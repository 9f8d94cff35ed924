import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from burl.window.patterns import SEARCHED_CHARS, Starts, has_name, id_pattern, starts_of
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
    ("shape", "starts"),
    [
        (r"(?<![\w-])c\-[0-9a-f]{8}(?![\w-])", [b"c-"]),
        (r"(?<![A-Za-z0-9])(?:PID|pid)[^\w\n]{1,3}([0-9]{5,6})(?![\w-])", [b"PID", b"pid"]),
        (r"(?<![\w-])blk(?:_|_\-)[0-9]{16,19}(?![\w-])", [b"blk"]),
        (r"(?<![\w-])[0-9a-f]{4}(?![\w-])", [b"0000"]),
        (r"[0-9a-f]{2}\-[0-9a-f]{3}\-[0-9]{4}", [b"00-000-"]),
        (r"[0-9a-f]{2}\.facex", [b"00.0000x"]),
        (r"[0-9]{2,4}\.jpg", [b"00"]),
        ("[ab]", [b"a"]),
    ],
)
def test_starts_are_how_all_of_a_shape_begins(shape: str, starts: list[bytes]) -> None:
    found = starts_of(shape)
    assert found is not None
    assert list(found.texts) == starts


@pytest.mark.parametrize(
    "shape", ["ab?c", "a|b", "(?:ab|cd)?e", "ab{0}", "a(b|c)*", r"a\d", "[ab]{0,2}", "[^ab]c", "[é]c"]
)
def test_of_other_expressions_nobody_knows_how_all_begins(shape: str) -> None:
    assert starts_of(shape) is None


@given(st.lists(st.from_regex(r"(?:ab|a_|[0-9]{2})-[0-9a-f]{4}\.x", fullmatch=True), min_size=2))
def test_words_of_a_shape_stand_where_one_may_start(words: list[str]) -> None:
    starts = starts_of(shape_of(words).pattern)
    assert all(2 in starts.places(f"é {word}") for word in words if isinstance(starts, Starts))
