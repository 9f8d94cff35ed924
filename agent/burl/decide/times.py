"""Nanoseconds since the epoch <-> RFC 3339 text, to the nanosecond."""

from datetime import UTC, datetime
from functools import lru_cache

FOREVER_NS = 1 << 62
"""Later than any time there is; far from overflow when a stretch of time is added."""
_SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * _SECOND_NS
_TO_SECONDS = len("2026-11-22T13:10:32")


def rfc3339(time_ns: int) -> str:
    """Return e.g. `2026-11-22T13:10:32.513827350Z`."""
    seconds, nanoseconds = divmod(time_ns, _SECOND_NS)
    return f"{_to_seconds(seconds)}.{nanoseconds:09d}Z"


def for_people(time_ns: int) -> str:
    """Return e.g. `2026-11-22 13:10:32 UTC`."""
    return f"{_to_seconds(time_ns // _SECOND_NS).replace('T', ' ')} UTC"


@lru_cache(maxsize=256)
def _to_seconds(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:_TO_SECONDS]


def from_rfc3339(text: str) -> int:
    """Return the nanoseconds of what `rfc3339` wrote. Raises ValueError on anything else."""
    head, _, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.fromisoformat(head).replace(tzinfo=UTC)
    return int(moment.timestamp()) * _SECOND_NS + int(fraction.ljust(9, "0")[:9] or 0)
