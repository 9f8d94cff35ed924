"""What of a record's text is personal, or a secret."""

from typing import Literal

import re2
from pydantic import BaseModel, ConfigDict, Field, field_validator

Kind = Literal["mail", "ip", "card", "token"]


class RedactRule(BaseModel):
    """A pattern of one's own; `name` stands in its place as `<name>`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="What stands in its place, as `<name>`.")
    pattern: str = Field(
        min_length=1, max_length=1000, description="RE2 expression: no look-around, no backreferences."
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        if compiled(pattern).search(""):
            raise ValueError("matches the empty text, so it would match everywhere")
        return pattern


class RedactSettings(BaseModel):
    """What is replaced in bodies and attributes before anything else sees them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: tuple[Kind, ...] = Field(
        default=(),
        description="`mail` and `ip` addresses, `card` numbers, `token`: passwords, keys and the like.",
    )
    patterns: tuple[RedactRule, ...] = Field(default=(), description="Patterns of your own.")


def compiled(pattern: str) -> "re2._Regexp":
    """Return an expression that runs in linear time. Raises ValueError when it is none."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"no RE2 expression: {_reason(error)}") from None


def _reason(error: re2.error) -> str:
    reason = error.args[0]
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
