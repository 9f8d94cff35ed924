"""Settings of the parse room: what varies in a line, what must never be taken for varying, and the limits."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from burl.parse.backtracking import may_run_away
from burl.parse.rules import DEFAULT_MASKS, DEFAULT_PROTECTED, FORMER_PATTERNS

_SHIPPED = frozenset(str(rule["pattern"]) for rule in (*DEFAULT_MASKS, *DEFAULT_PROTECTED)).union(
    FORMER_PATTERNS
)
"""Tried on lines made to harm them (tests/unit/parse/test_backtracking.py)."""
_RUNS = re.compile(r"\\d\+")
_COUNTED = re.compile(r"\\d|[0-9]")


class Rule(BaseModel):
    """A named regular expression (Python, ASCII classes)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Unique name of the rule.")
    pattern: str = Field(
        min_length=1, description="Python regular expression; must not match the empty text."
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            compiled = re.compile(pattern, re.ASCII)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        if compiled.fullmatch(""):
            raise ValueError("matches the empty text, so it would match everywhere")
        if pattern not in _SHIPPED and (reason := may_run_away(pattern)):
            raise ValueError(reason)
        return pattern


class MaskRule(Rule):
    r"""What varies between the lines of one template; a capture group narrows it to a part of the match.

    The key cache sees a line with every run of digits collapsed to one `0`. A pattern that knows digits only
    as `\d+` gives the same template for all lines of a key; any other needs `guard`, which recognises the
    keys of lines it may match.
    """

    replacement: str = Field("<*>", description="What stands in the template; empty keeps the text as it is.")
    guard: str = Field("", description="Pattern matching the collapsed line whenever `pattern` may match.")
    start: Literal["token", "anywhere"] = Field(
        "anywhere",
        description="`token`: begins at a digit, at a word that goes on with a digit or `@` or as a UUID, at"
        ' the words of a date, at one of `-+?&"`, or at `=` before a quote. Such rules are found faster.',
    )

    @model_validator(mode="after")
    def _guarded(self) -> "MaskRule":
        if not self.guard and _COUNTED.search(_RUNS.sub("", self.pattern)):
            raise ValueError(rf"mask {self.name}: a pattern with digits other than \d+ needs a guard")
        return self


class ProtectRule(Rule):
    """Tokens that tell templates apart, looked for in the masked line."""

    ends_head: bool = Field(
        False,
        description="What stands before it is the head of the line, as before a level: the words there do not"
        " make two messages similar.",
    )


class ParseSettings(BaseModel):
    """How bodies become templates. `masks` and `protect` decide template ids: a bundle brings its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    masks: tuple[MaskRule, ...] = Field(
        tuple(MaskRule.model_validate(rule) for rule in DEFAULT_MASKS),
        description="What varies; of two rules that match at the same place the first wins.",
    )
    protect: tuple[ProtectRule, ...] = Field(
        tuple(ProtectRule.model_validate(rule) for rule in DEFAULT_PROTECTED),
        description="Tokens that tell templates apart and never become wildcards: levels, routes, errors.",
    )
    similarity: float = Field(
        0.6, gt=0, le=1, description="Share of constant tokens that must agree to merge."
    )
    tree_depth: int = Field(4, ge=3, le=8, description="Depth of drain's prefix tree.")
    max_children: int = Field(100, ge=2, description="Children of a node of drain's prefix tree.")
    max_group_templates: int = Field(
        200, ge=1, description="Templates of one length and one set of protected tokens that may still merge."
    )
    max_line_chars: int = Field(
        2_000, ge=80, description="Characters of a line that take part in its template."
    )
    max_line_tokens: int = Field(64, ge=4, description="Tokens of a line that take part in its template.")
    max_choices: int = Field(
        4,
        ge=1,
        description="Words that may stand at one place and still are part of the message, in training.",
    )
    max_templates: int = Field(
        20_000,
        ge=1,
        description="Templates mined online; beyond it one overflow template. No service, nor all newcomers"
        " together, get more than are free.",
    )
    churn_burst: int = Field(2_000, ge=1, description="Templates that may be born at once.")
    churn_lines: int = Field(
        20, ge=1, description="Lines that must pass per further template once that is used up."
    )
    max_remembered_lines: int = Field(
        20_000, ge=1, description="Masked lines whose online template is remembered."
    )
    max_cache_entries: int = Field(100_000, ge=1, description="Entries of each level of the key cache.")
    max_open_streams: int = Field(10_000, ge=1, description="Streams whose multi-line state is kept.")

    @model_validator(mode="after")
    def _names_unique(self) -> "ParseSettings":
        for rules in (self.masks, self.protect):
            names = [rule.name for rule in rules]
            if len(names) != len(set(names)):
                raise ValueError(f"rule names must be unique: {', '.join(sorted(names))}")
        return self
