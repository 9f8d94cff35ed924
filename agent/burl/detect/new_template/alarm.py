"""How alarming a line is by its severity and its words."""

import re
from functools import lru_cache

_ERROR, _WARN = 17, 13
"""Lowest OpenTelemetry severity numbers of ERROR and WARN."""

_GRAVE = (
    *("error", "exception", "traceback", "fatal", "panic", "critical", "crash", "corrupt", "segfault"),
    *("deadlock", "killed", "out of memory", "abort", "denied", "refused", "unavailable", "unreachable"),
    *("timeout", "time out", "timedout", "timed out", "fail", "cannot", "could not", "unable to"),
    *("no space", "no such", "rejected", "violat"),
)
_GRAVE_WORDS = re.compile(r"emerg\b|\boom|(?<![\w.:-])5\d\d(?![\w.:-])")
_UNEASY = (
    *("warn", "retry", "retries", "invalid", "missing", "not found", "lost", "expired", "slow", "terminat"),
    "deferred",
)
"""Parts of words in small letters; to look for each of them takes a sixth of what one expression does."""
_REMEMBERED = 1_000


@lru_cache(_REMEMBERED)
def alarm(text: str, severity: int) -> float:
    """Return 1.0 for what speaks of an error, 0.5 of a warning, else 0.0."""
    small = text.lower()
    if severity >= _ERROR or any(part in small for part in _GRAVE) or _GRAVE_WORDS.search(small):
        return 1.0
    if severity >= _WARN or any(part in small for part in _UNEASY):
        return 0.5
    return 0.0
