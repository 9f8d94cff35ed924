"""Reads the variable parts of lines as numbers, with their units of time and size."""

import math
import re
from collections.abc import Sequence

_NUMBER = re.compile(r"[^\w+.-]*([+-]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?) ?([%A-Za-zµ]*)[^\w]*")
_UNITS = {
    "": 1.0,
    "%": 1.0,
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "sec": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "b": 1.0,
    "kb": 2.0**10,
    "kib": 2.0**10,
    "mb": 2.0**20,
    "mib": 2.0**20,
    "gb": 2.0**30,
    "gib": 2.0**30,
}
"""Factors to seconds and bytes, so that "900ms" and "1.2s" of one template can be compared."""
_LONGEST = 40


def number(text: str) -> float:
    """Return the number that `text` is, in seconds or bytes where it has such a unit; NaN when it is none."""
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    factor = _UNITS.get(match[2].lower()) if match else None
    if match is None or factor is None:
        return math.nan
    value = float(match[1].replace(",", "")) * factor
    return value if math.isfinite(value) else math.nan


def numbers(parameters: Sequence[str], places: Sequence[int]) -> list[float]:
    """Return the numbers at `places` of `parameters`; NaN where there is none."""
    return [number(parameters[place]) if place < len(parameters) else math.nan for place in places]
