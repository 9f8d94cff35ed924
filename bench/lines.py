"""Log lines to measure with: the shop's, shipped with us, and three public logs where a developer has them.

A log is repeated as often as lines are wanted, each time with fresh long numbers and ids, the same for the
same seed: caches that know a text, but not its template, gain nothing by the repetition.
"""

import csv
import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from burl.clock import SystemClock
from burl.receive.batch import StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "examples" / "shop"
DATA = ROOT.parent / "shared" / "data"
"""Folder of public logs beside a developer's checkout; a user's clone has none."""

START_NS = 1_795_348_800 * 10**9
SECOND_NS = 10**9
_LINES_PER_SECOND = 1000
"""Of event time, for logs whose excerpt has lost its density."""
_PODS = 40
_CHANGING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{5,}")


@dataclass(frozen=True, slots=True)
class Line:
    """One record: what it says, when, and the namespace, pod and container that said it."""

    body: str
    time_ns: int
    stream: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Log:
    """A log in order of time; `training` is an earlier part of it, `sessions` as `burl train --session`."""

    name: str
    training: list[Line]
    lines: list[Line]
    sessions: str = "auto"

    def fresh(self, count: int, seed: int = 1, start_ns: int = START_NS) -> Iterator[Line]:
        """Yield `count` lines from `start_ns` on, each repetition with numbers and ids of its own."""
        return islice(self._repeated(seed, start_ns), count)

    def _repeated(self, seed: int, start_ns: int) -> Iterator[Line]:
        rng = random.Random(seed)
        first_ns = self.lines[0].time_ns
        span_ns = self.lines[-1].time_ns - first_ns + SECOND_NS
        while True:
            renamed = _Renamed(rng)
            for line in self.lines:
                yield Line(renamed.text(line.body), line.time_ns - first_ns + start_ns, line.stream)
            start_ns += span_ns


class _Renamed:
    """Gives each long number and UUID of one repetition another value of the same form."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._names: dict[str, str] = {}

    def text(self, body: str) -> str:
        return _CHANGING.sub(self._new, body)

    def _new(self, match: re.Match[str]) -> str:
        old = match[0]
        new = self._names.get(old)
        if new is None:
            digits = "0123456789abcdef" if "-" in old else "0123456789"
            new = "".join(self._rng.choice(digits) if each != "-" else each for each in old)
            self._names[old] = new = f"{old[0]}{new[1:]}"
        return new


@cache
def shop() -> Log:
    """Return the shop's logs: five services, 19 pods, with faults in the part that is judged."""
    return Log("shop", _container_logs(SHOP / "train"), _container_logs(SHOP / "test"))


@cache
def hdfs() -> Log | None:
    """Return HDFS's logs, the blocks spread over 40 pods; None where they are not there."""
    path = DATA / "hdfs_raw" / "lines.jsonl.gz"
    if not path.is_file():
        return None
    rows = _rows(path)
    train, test = (
        _dense([(row["msg"], row["session"]) for row in rows if row["split"] == part])
        for part in ("train", "test")
    )
    return Log("hdfs", train, test)


@cache
def bgl() -> Log | None:
    """Return the logs of the supercomputer BlueGene/L; None where they are not there."""
    path = DATA / "bgl" / "lines.jsonl.gz"
    if not path.is_file():
        return None
    lines = _dense([(row["msg"], row["stream"]) for row in _rows(path)])
    return Log("bgl", lines[:50_000], lines[50_000:], sessions="none")


@cache
def openstack() -> Log | None:
    """Return OpenStack's logs, rich in UUIDs; None where they are not there."""
    path = DATA / "parsing_2k" / "OpenStack.csv.gz"
    if not path.is_file():
        return None
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = _dense([(row["Content"], row["EventId"]) for row in csv.DictReader(file)], pods=1)
    log = Log("openstack", [], lines)
    return Log("openstack", list(log.fresh(20_000, seed=0)), lines)


def every_log() -> list[Log]:
    """Return the logs that are there, the shipped one first."""
    return [log for log in (shop(), hdfs(), bgl(), openstack()) if log is not None]


def _container_logs(folder: Path) -> list[Line]:
    streams = StreamTable()
    lines = []
    for batch in FileReader(ReceiveSettings(), streams, SystemClock()).read([folder]):
        for row, body in enumerate(batch.bodies):
            who = streams.identity(int(batch.streams[row]))
            lines.append(Line(body, int(batch.times_ns[row]), (who.namespace, who.pod, who.container)))
    return lines


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(row) for row in file]


def _dense(rows: list[tuple[str, str]], pods: int = _PODS) -> list[Line]:
    """Return lines evenly spread over time; what shares a session is written by one pod."""
    step_ns = SECOND_NS // _LINES_PER_SECOND
    return [
        Line(body, START_NS + number * step_ns, ("bench", f"node-{_number(session) % pods}", "node"))
        for number, (body, session) in enumerate(rows)
    ]


def _number(session: str) -> int:
    """Return a number for a session: the same in every process, as `hash` is not."""
    return sum(session.encode()) if session else 0
