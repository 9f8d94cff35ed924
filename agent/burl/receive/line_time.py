"""The times that log lines begin with, in the forms that servers write."""

import re
from datetime import UTC, datetime
from functools import lru_cache

NANOSECONDS = 10**9
_DIGITS = 9

_RFC3339 = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r" ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
_EPOCH = re.compile(r"\[?(?P<time>\d{10})(?:\.(?P<fraction>\d{1,9}))?\b")
_FORMS = (
    # PostgreSQL, Python, Java, Go: RFC 3339, perhaps with a blank, a comma, or brackets around it.
    (re.compile(r"\[?" + _RFC3339.pattern), ""),
    # nginx' error log.
    (re.compile(r"(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)"), "%Y/%m/%d %H:%M:%S"),
    # Common log format: host, identity, user, [time].
    (
        re.compile(r"\S+ \S+ \S+ \[(?P<time>\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d) (?P<zone>[+-]\d{4})\]"),
        "%d/%b/%Y:%H:%M:%S",
    ),
    # Redis: process id, role, time.
    (
        re.compile(r"\d+:[A-Z] (?P<time>\d\d \w{3} \d{4} \d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?"),
        "%d %b %Y %H:%M:%S",
    ),
    # Apache's error log.
    (re.compile(r"\[(?P<time>\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4})\]"), "%a %b %d %H:%M:%S %Y"),
    # Hadoop.
    (re.compile(r"(?P<time>\d{6} \d{6}) "), "%y%m%d %H%M%S"),
    # Seconds since the epoch.
    (_EPOCH, "epoch"),
)


def rfc3339_ns(text: str) -> int | None:
    """Return nanoseconds since the epoch (UTC where no offset is given), None when it is no such time."""
    match = _RFC3339.match(text)
    return _nanoseconds(match, "") if match else None


def head_ns(line: str) -> int | None:
    """Return the time that a line begins with as nanoseconds since the epoch, None when it has none."""
    for pattern, layout in _FORMS:
        match = pattern.match(line)
        if match and (time_ns := _nanoseconds(match, layout)) is not None:
            return time_ns
    return None


def _nanoseconds(match: re.Match[str], layout: str) -> int | None:
    parts = match.groupdict(default="")
    seconds = _seconds(parts["time"], parts.get("zone", ""), layout)
    if seconds is None:
        return None
    return seconds * NANOSECONDS + int(parts.get("fraction", "").ljust(_DIGITS, "0"))


@lru_cache(maxsize=4096)  # Lines come in order of time, many in one second.
def _seconds(text: str, zone: str, layout: str) -> int | None:
    try:
        if layout == "epoch":
            return int(text)
        if layout:
            moment = datetime.strptime(text, layout).replace(tzinfo=UTC)
        else:
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return int(moment.timestamp()) - _offset_seconds(zone)
    except ValueError:
        return None


def _offset_seconds(zone: str) -> int:
    if zone[:1] not in {"+", "-"}:
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)
