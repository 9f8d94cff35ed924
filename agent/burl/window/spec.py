"""What makes a session: the kinds of id that tie lines together, and where they stand."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from burl.window.patterns import id_pattern

TRACE_ID = "trace_id"
"""The attribute that stands for the record's OpenTelemetry trace id."""


class Slot(BaseModel):
    """A place where ids of a kind stand: word `word` of parameter `parameter` of a template."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    template_id: str
    parameter: int = Field(ge=0)
    word: int = Field(0, ge=0)
    after: str = Field("", description="Text whose first occurrence the id followed in all training lines.")


class SessionKind(BaseModel):
    """One kind of id. It is read from an attribute, by a pattern in the text, or from slots of templates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="What the ids name: `order`, `trace`, `blk`.")
    attribute: str = Field(
        "", description="Attribute that holds the id; `trace_id` is the record's trace id."
    )
    pattern: str = Field(
        "",
        description="Regular expression for the first 4,096 characters; its first group, if any, is the id.",
    )
    slots: tuple[Slot, ...] = Field((), description="Where training found the ids.")
    shape: str = Field("", description="What an id looks like, for templates that training has not seen.")

    @field_validator("pattern", "shape")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        id_pattern(pattern)
        return pattern

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if sum(map(bool, (self.attribute, self.pattern, self.slots))) != 1:
            raise ValueError(f"session kind {self.name!r} needs one of attribute, pattern and slots")
        return self


class SessionSpec(BaseModel):
    """Kinds of session, the one whose id names a joined session first, and which of them are joined.

    Ids of joined kinds that stand in one record name one thing: their sessions become one. A record whose
    ids are of kinds that are not joined belongs to a session of each.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: tuple[SessionKind, ...]
    joins: tuple[tuple[str, str], ...] = Field((), description="Pairs of kinds whose ids name one thing.")
    timeout_seconds: float | None = Field(
        None, gt=0, description="Learnt from the gaps in the training data."
    )

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = [kind.name for kind in self.kinds]
        if len(set(names)) != len(names):
            raise ValueError("two kinds of session have the same name")
        unknown = {name for pair in self.joins for name in pair} - set(names)
        if unknown:
            raise ValueError(f"joins name unknown kinds of session: {', '.join(sorted(unknown))}")
        return self

    def families(self) -> list[int]:
        """Return, for each kind, the number of its family: kinds that are joined, directly or not."""
        names = [kind.name for kind in self.kinds]
        family = list(range(len(names)))
        for left, right in self.joins:
            old, new = family[names.index(right)], family[names.index(left)]
            family = [new if number == old else number for number in family]
        return family

    def to_json(self) -> str:
        """Return the spec as JSON, for a bundle."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the spec in `text`. Raises pydantic.ValidationError when it is none."""
        return cls.model_validate_json(text)
