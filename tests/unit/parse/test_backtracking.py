"""No pattern runs away: those of others are refused by their text, the shipped ones are tried."""

import itertools

import pytest
from pydantic import ValidationError

from burl.parse.backtracking import may_run_away
from burl.parse.lines import LineReader
from burl.parse.settings import MaskRule, ParseSettings


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(?:a|a)*b",
        r"(?:aa|aa){2,}b",
        r"(x+x+)+y",
        r".*.*x",
        r"\w+\s+\w+",
        r"a{2,}a{2,}b",
        r"(a+){2,9}b",
        r"(?:[^x]+|b)\d+",
    ],
)
def test_evil_patterns_are_refused(pattern: str) -> None:
    assert may_run_away(pattern)
    with pytest.raises(ValidationError, match="gives nothing back"):
        MaskRule(name="evil", pattern=pattern, guard="x")


@pytest.mark.parametrize(
    "pattern",
    [
        r"x+",
        r"(?:ab)++",
        r"\d+\.\d+\.\d+",
        r'"[^"]*"',
        r"(?:a+|b+)c",
        r"id=[a-z]{8}",
        r"\w++\s++\w++",
        r"a\+b+",
    ],
)
def test_harmless_patterns_are_taken(pattern: str) -> None:
    assert may_run_away(pattern) == ""


def test_the_shipped_patterns_bear_lines_made_to_harm_them() -> None:
    """Each line is as long as a line may be; one that ran away would never end."""
    settings = ParseSettings()
    reader = LineReader(settings)
    parts = [*"a0 -.:/\"'=@&?,x", "a.", "1:", "a@", "0x", '="', "1-", "a b ", "Error: ", "::", "a1"]
    for part, tail in itertools.product(parts, ("", "!", '"', "\x00")):
        line = (part * settings.max_line_chars)[: settings.max_line_chars - 1] + tail
        assert reader.line(reader.masked(line)).tokens or not line.strip()
