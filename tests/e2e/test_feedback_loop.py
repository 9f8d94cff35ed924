"""The whole loop on real logs: found, called normal, quiet everywhere, learnt, retired, still awake."""

import asyncio
import gzip
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest
from grpc import aio
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from burl.agent import Agent, make_agent
from burl.bundle.factory import make_registry
from burl.bundle.registry import Registry
from burl.cli.app import app
from burl.clock import SystemClock
from burl.config import load_settings
from burl.feedback import Desk
from burl.feedback.service import SERVICE
from burl.receive.server import LOGS_SERVICE
from burl_proto.feedback.v1 import feedback_pb2 as pb
from support.waiting import until

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
POD = "shop-api-d9656504a-7knb5"
_CRI = re.compile(rb"^(\S+) (?:stdout|stderr) F (.*)$", re.MULTILINE)
_START_NS = 1_795_360_000 * 10**9
_WAIT_SECONDS = 60


def real_lines(part: str, word: str) -> list[str]:
    """Return the lines of the shop's api that hold `word`."""
    files = sorted((SHOP / part).glob("shop-api-*.log.gz"))
    found = (body.decode() for path in files for _, body in _CRI.findall(gzip.decompress(path.read_bytes())))
    return [line for line in found if word in line]


RELEASE = real_lines("test", "loyalty points credited")
FAULT = real_lines("test", "locked for 60 s")[0]
MISSED = real_lines("train", "login failed")[0]


class Fleet:
    """Two agents over one store and one registry, in one loop."""

    def __init__(self, agents: list[Agent], channels: list[aio.Channel]) -> None:
        self.agents, self._channels = agents, channels
        self._second = 0

    async def send(self, agent: int, *lines: str) -> list[str]:
        """Send lines of one pod to an agent; return which of them are found."""
        self._second += 100
        message = ExportLogsServiceRequest()
        logs = message.resource_logs.add()
        for key, value in (("namespace", "shop"), ("pod", POD), ("container", "api")):
            logs.resource.attributes.add(key=f"k8s.{key}.name").value.string_value = value
        records = logs.scope_logs.add().log_records
        uids = [f"u{self._second + number}" for number in range(len(lines))]
        for number, (line, uid) in enumerate(zip(lines, uids, strict=True)):
            record = records.add(time_unix_nano=_START_NS + (self._second * 1000 + number) * 10**6)
            record.body.string_value = line
            record.attributes.add(key="log.record.uid").value.string_value = uid
        export = self._channels[agent].unary_unary(f"/{LOGS_SERVICE}/Export", bytes, bytes)
        await export(message.SerializeToString())
        found = {a["log.record.uid"]: a for a in await self._found()}
        return [line for line, uid in zip(lines, uids, strict=True) if uid in found]

    async def verdict_on(self, line: str) -> None:
        """Call what was found of a line normal, at the first agent."""
        finding = next(a for a in await self._found() if a["log.record.original"] == line)
        call = self._channels[0].unary_unary(
            f"/{SERVICE}/GiveVerdict",
            request_serializer=pb.GiveVerdictRequest.SerializeToString,
            response_deserializer=pb.GiveVerdictResponse.FromString,
        )
        await call(pb.GiveVerdictRequest(anomaly_id=finding["anomaly_id"], judgement=pb.JUDGEMENT_NORMAL))

    async def until(self, reached: Callable[[Agent], bool]) -> None:
        """Wait until it is so at all agents."""
        await until(lambda: all(map(reached, self.agents)), _WAIT_SECONDS)

    async def shadowed(self, version: str, agents: int, records: int) -> None:
        """Wait until the challenger runs at so many agents, and has scored so many records in all."""
        async with asyncio.timeout(_WAIT_SECONDS):
            while True:
                found = await asyncio.to_thread(self._shadow, version)
                if len(found) >= agents and sum(run["burl.shadow.records"] for run in found) >= records:
                    return
                await asyncio.sleep(0.2)

    def _shadow(self, version: str) -> list[dict[str, Any]]:
        self._refresh()
        found = self.agents[0].store.shadow(version)
        return [one for one in found if one["burl.shadow.document"] == "run"]

    async def _found(self) -> list[dict[str, Any]]:
        return await asyncio.to_thread(self._read)

    def _read(self) -> list[dict[str, Any]]:
        self._refresh()
        return self.agents[0].store.annotations(limit=10_000)

    def _refresh(self) -> None:
        refresh = getattr(self.agents[0].store, "_client", None)
        if refresh is not None:
            refresh.indices.refresh(index=f"{load_settings().write.opensearch.prefix}_*")


def with_fleet(directory: Path, use: Callable[[Fleet], Awaitable[None]]) -> None:
    async def main() -> None:
        async with AsyncExitStack() as stack:
            agents, channels = [], []
            for name in ("a", "b"):
                settings = load_settings()
                settings.state.directory = directory / name
                agent = make_agent(settings)
                port = await agent.start()
                stack.push_async_callback(agent.stop)
                agents.append(agent)
                channels.append(await stack.enter_async_context(aio.insecure_channel(f"127.0.0.1:{port}")))
            await use(Fleet(agents, channels))

    asyncio.run(main())


@pytest.fixture(params=["sqlite", pytest.param("opensearch", marks=pytest.mark.integration)])
def _configured(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of agents and commands, by environment."""
    variables = {
        "RECEIVE__LISTEN": "127.0.0.1:0",
        "RECEIVE__MAX_AHEAD_SECONDS": "1e9",
        "DECIDE__BUDGET": "200/day",
        "FEEDBACK__POLL_SECONDS": "1",
        "BUNDLE__REGISTRY": str(tmp_path / "registry"),
        "BUNDLE__POLL_SECONDS": "0.2",
        "WRITE__STORE": request.param,
        "WRITE__SQLITE__PATH": str(tmp_path / "burl.sqlite"),
    }
    if request.param == "opensearch":
        installed = request.getfixturevalue("installed")
        variables["WRITE__OPENSEARCH__HOSTS"] = orjson.dumps(installed.hosts).decode()
        variables["WRITE__OPENSEARCH__PREFIX"] = installed.prefix
        variables["BUNDLE__REGISTRY"] = "opensearch"
    for name, value in variables.items():
        monkeypatch.setenv(f"BURL_{name}", value)


def registry_of_settings() -> Registry:
    registry = make_registry(load_settings().bundle, load_settings().write.opensearch, SystemClock())
    assert registry is not None
    return registry


def burl(*arguments: object) -> None:
    app([str(argument) for argument in arguments], standalone_mode=False)


def recent(directory: Path, lines: list[str]) -> Path:
    """Return a folder of logs: what was trained on, and `lines` of the same pod."""
    folder = directory / "recent"
    folder.mkdir(exist_ok=True)
    trained = sorted((SHOP / "train").glob("shop-api-d9656504a-*.log.gz"))
    for path in trained:
        (folder / path.name).write_bytes(path.read_bytes())
    if lines:
        name = next(path.name for path in trained if path.name.startswith(POD))
        times = _CRI.findall(gzip.decompress((folder / name).read_bytes()))
        stamped = zip(times[-len(lines) :], lines, strict=True)
        more = "".join(f"{time.decode()} stdout F {line}\n" for (time, _), line in stamped)
        other = name.replace("7knb5", "7knb6").removesuffix(".gz")
        (folder / other).write_text(more)
    return folder


@pytest.mark.slow
@pytest.mark.usefixtures("_configured")
def test_normal_is_quiet_then_learnt_and_a_fault_is_still_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    burl("retrain", "--detectors", "new_template", "--input", recent(tmp_path, []))
    burl("bundle", "promote")
    registry = registry_of_settings()
    first = registry.version("champion")

    async def use(fleet: Fleet) -> None:
        assert await fleet.send(0, RELEASE[0]) == [RELEASE[0]]
        await fleet.verdict_on(RELEASE[0])
        assert await fleet.send(0, RELEASE[1]) == []
        await fleet.until(lambda agent: agent.follower.counters.in_force == 1)
        assert await fleet.send(1, RELEASE[2]) == []

        logs = recent(tmp_path, RELEASE[:200])
        await asyncio.to_thread(burl, "retrain", "--input", logs)
        assert registry.version("champion") == first
        challenger = registry.version("challenger")
        await fleet.shadowed(challenger, agents=2, records=0)
        for agent in (0, 1):
            assert await fleet.send(agent, RELEASE[5 + agent], FAULT) == [FAULT]
        await fleet.shadowed(challenger, agents=2, records=4)
        capsys.readouterr()
        await asyncio.to_thread(burl, "bundle", "compare", "--json")
        compared = orjson.loads(capsys.readouterr().out)
        assert compared["challenger_version"] == challenger
        assert compared["champion_versions"] == [first]
        assert compared["challenger"]["records"] == compared["champion"]["records"] == 4
        assert compared["challenger"]["agreement"] == compared["champion"]["agreement"] | {"normal": 1}
        assert compared["champion"]["agreement"]["normal"] == 0
        assert compared["challenger"]["incidents_of_both"] == compared["challenger"]["incidents"] > 0
        await asyncio.to_thread(burl, "bundle", "promote")
        second = registry.version("champion")
        assert second != first
        await fleet.until(lambda agent: agent.champion.version == second)
        await fleet.until(lambda agent: agent.follower.version >= 2)
        desk = Desk(fleet.agents[0].store, SystemClock())
        assert [rule["learnt_by"] for rule in desk.suppressions()] == [second]
        steps = [one for one in desk.verdicts() if one["verdict"] in ("retrain", "promote")]
        assert [one["bundle.version"] for one in steps] == [second, second, first, first]
        assert (steps[0]["bundle.before"], steps[0]["suppressions.retired"]) == (first, 1)
        assert steps[1]["training.verdicts"] == 1
        for agent in (0, 1):
            assert await fleet.send(agent, RELEASE[3 + agent], FAULT) == [FAULT]

    with_fleet(tmp_path, use)


@pytest.mark.slow
@pytest.mark.usefixtures("_configured")
def test_a_missed_line_is_found_after_the_next_training(tmp_path: Path) -> None:
    logs = recent(tmp_path, [])
    burl("retrain", "--detectors", "new_template", "--input", logs)
    burl("bundle", "promote")

    async def use(fleet: Fleet) -> None:
        assert await fleet.send(0, MISSED) == []
        await asyncio.to_thread(burl, "feedback", "missed", MISSED, "--service", "shop-api")
        await asyncio.to_thread(burl, "retrain", "--input", logs)
        await asyncio.to_thread(burl, "bundle", "promote")
        second = registry_of_settings().version("champion")
        await fleet.until(lambda agent: agent.champion.version == second)
        assert await fleet.send(1, MISSED) == [MISSED]

    with_fleet(tmp_path, use)
