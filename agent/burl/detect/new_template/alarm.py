"""How alarming a line is by its severity and its words."""

import re

_ERROR, _WARN = 17, 13
"""Lowest OpenTelemetry severity numbers of ERROR and WARN."""

_GRAVE = re.compile(
    r"error|exception|traceback|fatal|panic|critical|emerg\b|crash|corrupt|segfault|deadlock|killed|\boom"
    r"|out of memory|abort|denied|refused|unavailable|unreachable|timed? ?out|fail|cannot|could not|unable to"
    r"|no space|no such|rejected|violat|(?<![\w.:-])5\d\d(?![\w.:-])",
    re.IGNORECASE,
)
_UNEASY = re.compile(
    r"warn|retry|retries|invalid|missing|not found|lost|expired|slow|terminat|deferred", re.IGNORECASE
)


def alarm(text: str, severity: int) -> float:
    """Return 1.0 for what speaks of an error, 0.5 of a warning, else 0.0."""
    if severity >= _ERROR or _GRAVE.search(text):
        return 1.0
    if severity >= _WARN or _UNEASY.search(text):
        return 0.5
    return 0.0
