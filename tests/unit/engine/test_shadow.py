"""A challenger beside the champion: what it is given, what it leaves behind, what it never disturbs."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from burl.bundle import Bundle, load_bundle
from burl.clock import SystemClock
from burl.config import load_settings, with_options
from burl.engine.checkpoint import pack, write_state
from burl.errors import ConfigError, Retryable
from burl.pipelines import make_pipeline, make_shadow
from burl.write.counters import WriteCounters
from burl.write.settings import SqliteSettings
from burl.write.sqlite import SqliteStore
from support import otlp
from support.bundles import BUNDLE
from support.waiting import until

START_NS = 1_795_360_000 * 10**9
VERSION = load_bundle(BUNDLE).manifest.version


def request(second: int, line: str = "kernel panic: the disk burns") -> bytes:
    said = otlp.record(line, START_NS + second * otlp.SECOND_NS)
    return otlp.request([said], otlp.of_pod("shop-api-d9656504a-7knb5"))


class World:
    """A shadow over a store of its own."""

    def __init__(self, directory: Path, store: SqliteStore | None = None, **bundle: Any) -> None:
        state = {"directory": directory}
        options = {"receive": {"max_ahead_seconds": 1e9}, "bundle": bundle, "state": state}
        settings = with_options(load_settings(), options)
        clock = SystemClock()
        self.store = store or SqliteStore(
            SqliteSettings(path=directory / "burl.sqlite"), clock, WriteCounters()
        )
        self.champion = make_pipeline(settings, None, None)
        self.shadow = make_shadow(settings, self.store, clock, self.champion)

    def use(self, bundle: Bundle | None) -> None:
        asyncio.run(self.shadow.use(bundle))

    def metric(self, name: str) -> float:
        return next(float(m.read()) for m in self.shadow.metrics() if m.name == f"burl_shadow_{name}")  # type: ignore[union-attr, arg-type]  # all are plain metrics

    def until(self, reached: Callable[[], bool]) -> None:
        asyncio.run(until(reached, 30))

    def stored(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.store.shadow(VERSION) if one["burl.shadow.document"] == kind]


def test_what_it_finds_lies_apart_and_its_run_is_told(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.shadow.offer(request(0), "host", START_NS)
    world.use(load_bundle(BUNDLE))
    for second in range(5):
        world.shadow.offer(request(second), "host", START_NS)
    world.until(lambda: world.metric("records") == 5)
    world.use(None)
    (run,) = world.stored("run")
    assert (run["burl.shadow.records"], run["burl.shadow.passed_requests"]) == (5, 0)
    assert (run["burl.shadow.champion"], run["burl.shadow.champion_records"]) == ("online", 0)
    assert run["data_start_time"] == "2026-11-22T15:06:40.000000000Z"
    assert run["data_end_time"] == "2026-11-22T15:06:44.000000000Z"
    assert run["burl.shadow.cpu_seconds"] > 0
    first = world.stored("finding")[0]
    assert (first["anomaly_kind"], first["model_version"]) == ("new_template", VERSION)
    assert world.store.annotations() == world.store.incidents() == []
    assert world.metric("running") == 0


def test_what_would_wait_too_long_passes_it_by(tmp_path: Path) -> None:
    world = World(tmp_path, shadow_queue_bytes=2**20)
    world.use(load_bundle(BUNDLE))
    world.shadow.offer(request(0, "x" * 2**20), "host", START_NS)
    world.shadow.offer(request(1), "host", START_NS)
    world.until(lambda: world.metric("records") == 1)
    assert world.metric("passed_requests") == 1
    world.use(None)
    assert world.stored("run")[0]["burl.shadow.passed_requests"] == 1


def test_it_takes_no_more_than_its_share(tmp_path: Path) -> None:
    world = World(tmp_path, shadow_cpu_share=0.001)
    world.use(load_bundle(BUNDLE))
    for second in range(50):
        world.shadow.offer(request(second), "host", START_NS)
    world.until(lambda: world.metric("records") > 0)
    assert world.metric("records") < 50
    world.use(None)
    (run,) = world.stored("run")
    assert run["burl.shadow.records"] + run["burl.shadow.passed_requests"] == 50  # those that waited, too


def test_a_request_that_it_fails_on_is_counted_and_it_goes_on(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.use(load_bundle(BUNDLE))
    world.shadow.offer(b"\xff no request", "host", START_NS)
    world.shadow.offer(request(0), "host", START_NS)
    world.until(lambda: world.metric("records") == 1)
    world.use(None)
    assert world.stored("run")[0]["burl.shadow.errors"] == 1


def test_one_that_does_not_load_does_not_run(tmp_path: Path) -> None:
    world = World(tmp_path)
    bundle = load_bundle(BUNDLE)
    entry = bundle.manifest.detectors[0].model_copy(update={"name": "nobody_has_it"})
    manifest = bundle.manifest.model_copy(update={"detectors": [entry]})
    with pytest.raises(ConfigError, match="unknown detector"):
        world.use(Bundle(bundle.directory, manifest))
    assert world.metric("running") == 0


def test_findings_wait_for_a_store_that_is_away(tmp_path: Path) -> None:
    class Away(SqliteStore):
        """A store that cannot be written while `away`."""

        away = True

        def put_shadow(self, documents: Any) -> None:
            if self.away:
                raise Retryable("away")
            super().put_shadow(documents)

    store = Away(SqliteSettings(path=tmp_path / "burl.sqlite"), SystemClock(), WriteCounters())
    world = World(tmp_path, store)
    world.use(load_bundle(BUNDLE))
    world.shadow.offer(request(0), "host", START_NS)
    world.until(lambda: world.metric("records") == 1)
    store.away = False
    world.use(None)
    assert len(world.stored("finding")) >= 1


def scored(world: World, seconds: range) -> None:
    before = world.metric("records")
    for second in seconds:
        world.shadow.offer(request(second), "host", START_NS)
    world.until(lambda: world.metric("records") == before + len(seconds))


def test_it_goes_on_where_the_agent_was_stopped(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.use(load_bundle(BUNDLE))
    scored(world, range(5))
    world.shadow.stop()
    found = world.stored("finding")
    again = World(tmp_path, world.store)
    again.use(load_bundle(BUNDLE))
    scored(again, range(5, 8))
    again.use(None)
    (run,) = again.stored("run")
    assert run["burl.shadow.records"] == 8
    assert run["data_start_time"] == "2026-11-22T15:06:40.000000000Z"
    assert run["data_end_time"] == "2026-11-22T15:06:47.000000000Z"
    new = [one for one in again.stored("finding") if one["anomaly_kind"] == "new_template"]
    assert new == [one for one in found if one["anomaly_kind"] == "new_template"]  # it knows the line by now


def test_it_goes_on_only_once_and_only_beside_the_same_champion(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.use(load_bundle(BUNDLE))
    scored(world, range(5))
    world.shadow.stop()
    saved = (tmp_path / "challenger").read_bytes()
    World(tmp_path, world.store).shadow.stop()  # nothing ran: what is saved stays
    again = World(tmp_path, world.store)
    again.champion.adopt(load_bundle(BUNDLE))
    again.use(load_bundle(BUNDLE))
    assert again.metric("records") == 0
    assert not (tmp_path / "challenger").exists()
    again.use(None)
    (tmp_path / "challenger").write_bytes(saved[:-1])
    damaged = World(tmp_path, world.store)
    damaged.use(load_bundle(BUNDLE))
    assert damaged.metric("records") == 0
    damaged.use(None)


def test_a_state_that_does_not_fit_has_it_begin_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state = {"challenger": VERSION, "champion": "online", "pipeline": {"streams": "of another release"}}
    write_state(tmp_path / "challenger", pack(state))
    world = World(tmp_path)
    world.use(load_bundle(BUNDLE))
    scored(world, range(1))
    world.use(None)
    assert "begins anew" in caplog.text
