"""Discovery of sessions, on made logs and on the research logs."""

import gzip
import json
import random
from collections.abc import Iterable
from datetime import datetime

import numpy as np
import pytest

from burl.parse import Catalogue
from burl.parse.parser import Parser
from burl.parse.settings import ParseSettings
from burl.parse.train import train_templates
from burl.receive.batch import Batch, Identity, Ints, StreamTable
from burl.window.discover import discover_sessions
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec
from burl.window.units import Sequences
from burl.window.windower import Windower
from support.research import DATA, needs_research
from support.window_world import EPOCH, SECOND, Origin, ints

Row = tuple[int, str, str]
"""(time in nanoseconds, stream, body)."""


class Logs:
    """Lines with templates trained on them, as training sees them."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = sorted(rows)
        self.table, self.catalogue = StreamTable(), Catalogue()
        trained = train_templates([body for _, _, body in self.rows], ParseSettings())
        self.parser = Parser(ParseSettings(), self.catalogue, trained)
        self.batches = list(self._batches())

    def _batches(self) -> Iterable[tuple[Batch, Ints]]:
        for start in range(0, len(self.rows), 4096):
            rows = self.rows[start : start + 4096]
            streams = ints([self.table.add(Identity("", stream, "", stream)) for _, stream, _ in rows])
            times_ns = ints([time_ns for time_ns, _, _ in rows])
            bodies, timed = [body for _, _, body in rows], np.full(len(rows), fill_value=True)
            batch = Batch(bodies, times_ns, timed, streams, streams * 0, "node", 0, Origin(start))
            yield batch, self.parser.parse(bodies, streams)

    def spec(self) -> SessionSpec:
        return discover_sessions(self.batches, self.catalogue, self.parser.parameters)

    def sessions(self, spec: SessionSpec) -> list[Sequences]:
        windower = Windower(WindowSettings(), self.catalogue, self.table, spec, self.parser.parameters)
        given = [windower.feed(batch, templates) for batch, templates in self.batches]
        return [windowed.sessions for windowed in [*given, windower.flush()]]


def _shop(seed: int) -> Iterable[Row]:
    """Carts that become orders, done by jobs, of few users, with products that come back all the time."""
    chance = random.Random(seed)
    for number in range(120):
        now = EPOCH + number * 2 * SECOND
        cart, job = f"c-{chance.getrandbits(32):08x}", f"{chance.getrandbits(64):016x}"
        order, user, product = 10_000 + number, 700 + chance.randrange(5), 100 + chance.randrange(60)
        lines = [
            ("api", f"cart {cart} opened for user={user}"),
            ("api", f"cart {cart}: added product {product}"),
            ("api", f"order {order} placed from cart {cart}"),
            ("api", f"order {order} queued job={job}"),
            ("worker", f"job {job} received"),
            ("worker", f"job {job}: order {order}: product {product} packed"),
            ("worker", f"job {job}: order {order}: shipped in {chance.random():.3f}s"),
            ("api", f"user={user} logged out, product {product} was last seen"),
        ]
        for step, (stream, body) in enumerate(lines):
            yield now + step * SECOND // 10, stream, body


def test_ids_of_one_thing_are_found_named_and_joined_and_nothing_else_is() -> None:
    logs = Logs(_shop(1))
    spec = logs.spec()
    assert {kind.name for kind in spec.kinds} == {"cart", "order", "job"}
    assert len(set(spec.families())) == 1
    ids = [ids for sequences in logs.sessions(spec) for ids in sequences.ids]
    assert len(ids) == 120
    assert all(len(session) == 3 for session in ids)


def test_a_failure_never_seen_before_belongs_to_what_it_names() -> None:
    logs = Logs(_shop(1))
    spec = logs.spec()
    failure = (EPOCH + 3600 * SECOND, "worker", "giving up: no stock for Order 10119")
    windower = Windower(WindowSettings(), logs.catalogue, logs.table, spec, logs.parser.parameters)
    late = Logs.__new__(Logs)
    late.rows, late.table, late.catalogue, late.parser = [failure], logs.table, logs.catalogue, logs.parser
    ((batch, templates),) = late._batches()
    windower.feed(batch, templates)
    assert windower.flush().sessions.ids == [["10119"]]


def test_it_is_the_same_each_time() -> None:
    assert Logs(_shop(2)).spec() == Logs(_shop(2)).spec()


def test_logs_that_nothing_ties_together_have_no_sessions() -> None:
    chance = random.Random(3)
    rows = [
        (EPOCH + i * SECOND, "app", f"request {i} took {chance.random():.3f}s on host-{i % 3}")
        for i in range(500)
    ]
    assert Logs(rows).spec() == SessionSpec(kinds=())


def test_the_clock_of_a_line_is_no_id() -> None:
    rows = []
    for i in range(300):
        clock = datetime.fromtimestamp(1_700_000_000 + i).strftime("%y%m%d %H%M%S")  # noqa: DTZ006 - a local clock is the point
        rows += [
            (EPOCH + i * SECOND, "app", f"{clock} {word}")
            for word in ("start now", "work goes on", "end of it")
        ]
    assert Logs(rows).spec() == SessionSpec(kinds=())


def _lines(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name / "lines.jsonl.gz", "rt") as file:
        return [row for row in map(json.loads, file) if row["split"] == "train"]


def _nanoseconds(text: str) -> int:
    seconds, _, fraction = text.rstrip("Z").partition(".")
    return int(datetime.fromisoformat(f"{seconds}+00:00").timestamp()) * SECOND + int(fraction.ljust(9, "0"))


@needs_research
@pytest.mark.research
@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind", "share"), [("hdfs_raw", "blk", 0.9), ("nezha_k8s", "traceid", 0.9)])
def test_published_logs_fall_into_their_sessions(name: str, kind: str, share: float) -> None:
    lines = _lines(name)
    logs = Logs((_nanoseconds(line["ts"]), line["stream"], line["msg"]) for line in lines)
    spec = logs.spec()
    assert spec.kinds[0].name == kind
    found = [ids[0] for sequences in logs.sessions(spec) for ids in sequences.ids]
    true = {line["session"] for line in lines}
    assert sum(found.count(session) == 1 for session in sorted(true)[:200]) >= share * min(200, len(true))
