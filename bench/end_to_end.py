"""CPU time a line of the whole agent: `burl run` behind real gRPC, fed by another process.

Each round runs every case once, an agent of its own each, and the peers on the same lines, so that all meet
the machine in the same mood; the first part of the lines warms up and is not measured.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import peers
from bench.agent import Keys, agent
from bench.bundles import bundle_of
from bench.lines import Log, every_log, hdfs, shop
from bench.requests import Form, requests, write_requests
from bench.results import Results, Size, ratios

_PEER_LINES = 40_000
_PROMISED = {"hdfs": 200_000, "shop": 200_000, "openstack": 100_000}
"""Lines a second on one core."""
_PROMISED_RATIO = 4.0
_TEXT = 60_000
"""Lines a second with a detector that reads words."""


@dataclass(frozen=True, slots=True)
class Case:
    """One way of running the agent, on one log.

    Attributes:
        goal: lines a second on one core that are promised, or None.
    """

    name: str
    log: Log
    form: Form
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """Files of requests: those that warm up, those that are measured, and how many lines these hold."""

    warm: Path
    measured: Path
    lines: int


def cases() -> Iterator[Case]:
    """Yield the cases of the logs that are there."""
    for log in every_log():
        yield Case(f"{log.name}", log, Form(), _PROMISED.get(log.name))
    for each in (shop(), hdfs()):
        if each is not None:
            yield Case(f"{each.name}, Kubernetes attributes", each, Form(attributes="kubernetes"), 150_000)


def load(case: Case, lines: int, folder: Path) -> Load:
    """Write the requests of a case: a quarter as many again warm up."""
    warm = lines // 4
    rows = case.log.fresh(warm + lines)
    begin = [next(rows) for _ in range(warm)]
    name = case.name.replace(" ", "-")
    return Load(
        write_requests(folder / f"{name}.warm", requests(begin, case.form)),
        write_requests(folder / f"{name}.measured", requests(rows, case.form)),
        lines,
    )


def cost(bundle: Path, requests: Load, keys: Keys | None = None) -> float:
    """Return the microseconds of CPU time that an agent takes for a line."""
    with agent(bundle, keys) as running:
        running.send(requests.warm)
        return running.cost(requests.measured, requests.lines)


@contextmanager
def peer_lines(log: Log, count: int) -> Iterator[Path]:
    """Yield a file of the log's lines as peers take them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lines.json")
        path.write_text(json.dumps([line.body for line in log.fresh(count)]), "utf-8")
        yield path


def peer_costs(logs: list[Log], lines: int) -> dict[tuple[str, str], float]:
    """Return microseconds a line by (log, peer)."""
    costs = {}
    for log in logs:
        with peer_lines(log, min(lines, _PEER_LINES)) as path:
            costs.update({(log.name, name): peers.cost(name, path) for name in peers.available()})
    return costs


def measure(results: Results, size: Size) -> None:
    """Add the figures of all cases and peers, and what the peers cost for what we cost."""
    wanted = [Case("shop", shop(), Form(), _PROMISED["shop"])] if size.quick else list(cases())
    logs = list({case.log.name: case.log for case in wanted}.values())
    ours: dict[str, list[float]] = {case.name: [] for case in wanted}
    theirs: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        loads = [(case, bundle_of(case.log), load(case, size.lines, Path(name))) for case in wanted]
        for _ in range(size.rounds):
            for case, bundle, given in loads:
                ours[case.name].append(cost(bundle, given))
            for key, value in peer_costs(logs, size.lines).items():
                theirs.setdefault(key, []).append(value)
    for case in wanted:
        goal = 1e6 / case.goal if case.goal else None
        results.add(f"end_to_end/{case.name}", ours[case.name], "us/line", goal=goal)
    for (log, peer), values in theirs.items():
        results.add(f"peers/{log}, {peer}", values, "us/line")
        promised = _PROMISED_RATIO if peer == "drain3_masked" else None
        results.add(f"ratio/{log}, {peer}", ratios(values, ours[log]), "ratio", goal=promised)


def measure_text(results: Results, size: Size) -> None:
    """Add what a line costs when a detector that reads words is loaded, too."""
    logs = [log for log in (shop(), hdfs()) if log is not None]
    with tempfile.TemporaryDirectory() as name:
        for log in logs:
            given = load(Case(log.name, log, Form()), size.lines // 2, Path(name))
            for words in ("logsy", "transformer"):
                costs = [cost(bundle_of(log, words), given) for _ in range(size.rounds)]
                results.add(f"end_to_end/{log.name}, with {words}", costs, "us/line", 1e6 / _TEXT)
