"""Log records as the agent writes them."""

from collections.abc import Sequence

import orjson

from burl.decide import LogPage
from burl.decide.times import DAY_NS, rfc3339


def log_page(ids: Sequence[str], day: int = 0, text: str = "x", severity: object = 9) -> LogPage:
    """Return records of these ids, all else the same."""
    document = {"@timestamp": rfc3339(day * DAY_NS), "severity.number": severity, "body": text}
    lines = [line for identifier in ids for line in ({"create": {"_id": identifier}}, document)]
    return LogPage(day, len(ids), b"".join(orjson.dumps(line) + b"\n" for line in lines))
