"""What every sink owes: each record is stored or dead-lettered, once, whatever goes wrong on the way."""

import random
import resource
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from burl.clock import SystemClock
from burl.decide import Findings
from burl.errors import Retryable
from burl.write import Sink, WriteCounters
from burl.write.forward import ForwardSink
from burl.write.jsonl import JsonlSink
from burl.write.opensearch import OpenSearchStore, connect
from burl.write.settings import ForwardSettings, JsonlSettings, OpenSearchSettings, SqliteSettings
from burl.write.sqlite import SqliteStore
from support import fault_proxy, forward_receiver
from support.retries import seeded_retry
from support.samples import annotation, uid_of

BATCHES, BATCH = 12, 8
Documents = list[dict[str, Any]]


@dataclass
class Rig:
    """A sink, a way to break it for one attempt, and a look at what arrived."""

    sink: Sink
    broken: Callable[[random.Random], AbstractContextManager[None]]
    arrived: Callable[[], tuple[Documents, Documents]]
    """Returns annotations and dead letters."""


@contextmanager
def _sqlite(folder: Path) -> Iterator[Rig]:
    path = folder / "burl.sqlite"
    store = SqliteStore(SqliteSettings(path=path), SystemClock(), WriteCounters())

    @contextmanager
    def locked(_: random.Random) -> Iterator[None]:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with closing(other):
            yield

    yield Rig(store, locked, lambda: (store.annotations(), store.dead_letters()))
    store.close()


@contextmanager
def _jsonl(folder: Path) -> Iterator[Rig]:
    path = folder / "out" / "burl.jsonl"
    sink = JsonlSink(JsonlSettings(path=path), WriteCounters())

    @contextmanager
    def full(rng: random.Random) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + rng.randrange(500), hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    def arrived() -> tuple[Documents, Documents]:
        lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        kinds = ("annotation", "dead_letter")
        found = [[line for line in lines if line["burl.document"] == kind] for kind in kinds]
        return found[0], found[1]

    yield Rig(sink, full, arrived)
    sink.close()


@contextmanager
def _forward(_: Path) -> Iterator[Rig]:
    with forward_receiver.running() as receiver:
        sink = ForwardSink(ForwardSettings(port=receiver.port), seeded_retry())

        @contextmanager
        def failing(rng: random.Random) -> Iterator[None]:
            receiver.fault = rng.choice(["drop_request", "drop_answer", "wrong_answer"])
            try:
                yield
            finally:
                receiver.fault = "none"

        yield Rig(sink, failing, lambda: (receiver.records("annotation"), receiver.records("dead_letter")))
        sink.close()


@contextmanager
def _opensearch(settings: OpenSearchSettings) -> Iterator[Rig]:
    with fault_proxy.running(settings.hosts[0]) as proxy:
        behind = settings.model_copy(update={"hosts": [proxy.url]})
        store = OpenSearchStore(connect(behind), behind, seeded_retry())
        direct = connect(settings)

        @contextmanager
        def failing(rng: random.Random) -> Iterator[None]:
            proxy.fault = rng.choice(["unavailable", "busy", "drop_request", "drop_answer"])
            try:
                yield
            finally:
                proxy.fault = "none"

        def arrived() -> tuple[Documents, Documents]:
            direct.indices.refresh(index=f"{settings.prefix}_*")
            return store.annotations(), store.dead_letters()

        yield Rig(store, failing, arrived)
        store.close()
        direct.close()


@pytest.fixture(
    params=["sqlite", "jsonl", "forward", pytest.param("opensearch", marks=pytest.mark.integration)]
)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    makers = {"sqlite": _sqlite, "jsonl": _jsonl, "forward": _forward}
    with ExitStack() as stack:
        if request.param == "opensearch":
            yield stack.enter_context(_opensearch(request.getfixturevalue("installed")))
        else:
            yield stack.enter_context(makers[request.param](tmp_path))


def _poisoned(number: int, rng: random.Random) -> dict[str, Any]:
    """Return what makes annotation `number` impossible to serialise."""
    return rng.choice(
        [{"reason": f"{number} \ud800"}, {"expected_value": 1 << 70}, {"burl.detail": {number}}]
    )


def _write_until_taken(rig: Rig, findings: Findings, rng: random.Random, failure_rate: float) -> None:
    while True:
        broken = rng.random() < failure_rate
        try:
            with rig.broken(rng) if broken else ExitStack():
                rig.sink.write(findings)
        except Retryable:
            assert broken
        else:
            return


@pytest.mark.parametrize(
    ("failure_rate", "poison_rate"),
    [(0.0, 0.0), (0.4, 0.0), (0.0, 0.3), (0.3, 0.3)],
    ids=["always succeeds", "random retryable", "random permanent", "random mix"],
)
def test_every_record_is_stored_or_dead_lettered_once(
    rig: Rig, failure_rate: float, poison_rate: float
) -> None:
    rng = random.Random(7)
    expected: dict[str, set[str]] = {"stored": set(), "dead": set()}
    for batch in range(BATCHES):
        findings = Findings()
        for number in range(batch * BATCH, (batch + 1) * BATCH):
            poisoned = rng.random() < poison_rate
            changes = _poisoned(number, rng) if poisoned else {}
            findings.annotations.append(annotation(number, **changes))
            expected["dead" if poisoned else "stored"].add(uid_of(number))
        _write_until_taken(rig, findings, rng, failure_rate)
    stored, dead = rig.arrived()
    assert Counter(document["log.record.uid"] for document in stored) == Counter(expected["stored"])
    assert Counter(document["log.record.uid"] for document in dead) == Counter(expected["dead"])


def test_what_was_written_is_not_written_twice(rig: Rig) -> None:
    findings = Findings(annotations=[annotation(n) for n in range(5)])
    for _ in range(3):
        rig.sink.write(findings)
    stored, dead = rig.arrived()
    assert sorted(document["log.record.uid"] for document in stored) == [uid_of(n) for n in range(5)]
    assert not dead


def test_what_was_written_comes_back_as_it_was(rig: Rig) -> None:
    written = annotation(3)
    rig.sink.write(Findings(annotations=[written]))
    ((document,), _) = rig.arrived()
    assert {k: v for k, v in document.items() if k != "burl.document"} == written.document


def test_nothing_is_nothing(rig: Rig) -> None:
    rig.sink.write(Findings())
    assert rig.arrived() == ([], [])
    assert rig.sink.healthy()
