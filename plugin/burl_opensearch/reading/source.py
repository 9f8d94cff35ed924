"""Which documents are to be read: `opensearch://HOST:PORT/INDEX?since=7d&until=1d&FIELD=VALUE`."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from burl.clock import Clock
from burl.decide.times import rfc3339
from burl.durations import duration_seconds
from burl.errors import InputError
from burl.receive.line_time import rfc3339_ns
from burl.write.settings import OpenSearchSettings

TIME_FIELD = "@timestamp"
# One slash: the command line takes inputs as paths, which fold slashes.
_URL = re.compile(
    r"opensearch(?P<tls>\+https)?:/+(?:(?P<host>[^/?]+)/)?(?P<index>[^/?]+)(?:\?(?P<query>.*))?$"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Log documents of some indices in a range of event time.

    Attributes:
        index: index, alias, data stream or pattern.
        since_ns: the first event time; 0 for all.
        until_ns: the first event time that is not read any more.
        terms: values that fields must have.
        host: URL of the server; empty: where the configuration says.
    """

    index: str
    since_ns: int
    until_ns: int
    terms: tuple[tuple[str, str], ...] = field(default=())
    host: str = ""

    def filters(self) -> list[dict[str, Any]]:
        """Return the filters of the query that finds the documents."""
        span = {"gte": rfc3339(self.since_ns), "lt": rfc3339(self.until_ns)}
        return [
            {"range": {TIME_FIELD: span}},
            *({"bool": {"should": _either(*pair), "minimum_should_match": 1}} for pair in self.terms),
        ]

    def settings(self, configured: OpenSearchSettings) -> OpenSearchSettings:
        """Return how the server is reached: as configured, at the host that the source names."""
        return configured.model_copy(update={"hosts": [self.host]}) if self.host else configured


def parse_source(text: str, clock: Clock) -> Source:
    """Return what `opensearch://...` names; ages such as `7d` count from now.

    Raises:
        InputError: it is no such address.
    """
    match = _URL.match(text)
    if match is None:
        raise InputError(f"{text}: give opensearch://HOST:PORT/INDEX?since=7d, HOST:PORT may be left out")
    host = f"http{'s' if match['tls'] else ''}://{match['host']}" if match["host"] else ""
    options = dict(parse_qsl(match["query"] or "", strict_parsing=bool(match["query"])))
    since, until = options.pop("since", ""), options.pop("until", "")
    now_ns = clock.time_ns()
    return Source(
        index=unquote(match["index"]),
        since_ns=moment_ns(since, now_ns) if since else 0,
        until_ns=moment_ns(until, now_ns) if until else now_ns,
        terms=tuple(sorted(options.items())),
        host=host,
    )


def moment_ns(text: str, now_ns: int) -> int:
    """Return the moment that `text` names: an age (`7d`, `90m`) or an RFC 3339 time.

    Raises:
        InputError: it is neither.
    """
    age_seconds = duration_seconds(text)
    if age_seconds is not None:
        return now_ns - age_seconds * 1_000_000_000
    said = rfc3339_ns(text) if "T" in text else rfc3339_ns(f"{text}T00:00:00Z")
    if said is None:
        raise InputError(f"{text!r} is neither an age such as 7d nor a time such as 2026-11-22T10:00:00Z")
    return said


def _either(name: str, value: str) -> list[dict[str, Any]]:
    """Find a value where the field is a keyword, and where dynamic mapping made `.keyword` beside a text."""
    return [{"term": {name: value}}, {"term": {f"{name}.keyword": value}}]
