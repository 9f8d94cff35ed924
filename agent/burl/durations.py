"""Stretches of time as people write them: 30m, 12h, 7d."""

import re

_DURATION = re.compile(r"(\d+)\s*([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def duration_seconds(text: str) -> int | None:
    """Return the seconds of a number with its unit (s, m, h, d or w); None where `text` is something else."""
    match = _DURATION.fullmatch(text.strip())
    return int(match[1]) * _SECONDS[match[2]] if match else None
