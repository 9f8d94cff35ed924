import pytest
from pydantic import ValidationError

from burl.window.patterns import SEARCHED_CHARS, has_name, id_pattern
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
