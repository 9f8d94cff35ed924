"""What is said of a field."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["keyword", "template", "text", "opaque", "time", "double", "integer", "boolean"]
"""`keyword`: exact, aggregatable. `template`: a long keyword. `text`: searched by word. `opaque`: kept, not
searched. `time`: RFC 3339 in UTC with nine decimals."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `required` fields are in every document, the others are left out when they have no value."""

    name: str
    kind: Kind
    description: str
    required: bool = False
    many: bool = False
    values: tuple[str, ...] = ()
