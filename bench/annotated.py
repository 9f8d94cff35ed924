"""What a line takes when one in a hundred is annotated, and what an annotation takes.

Which share is annotated depends on log and budget, and jumps: so each log runs with a usual budget and with
one that annotates more than the share, and what lies between is on the line through both.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.agent import Keys, agent
from bench.bundles import bundle_of
from bench.end_to_end import Load, cases, load
from bench.results import Results, Size

_SHARE = 0.01
"""Of the lines, annotated."""
_USUAL: Keys = {}
_MANY: Keys = {("decide", "budget"): "1000/hour"}
"""More false incidents than anybody wants."""
_LOGS = ("shop", "hdfs")


@dataclass(frozen=True, slots=True)
class Spent:
    """Of one run: microseconds of CPU time a line, and the share of the lines that was annotated."""

    cost: float
    annotated: float


def spent(bundle: Path, requests: Load, keys: Keys) -> Spent:
    """Return what an agent takes for a line with these settings."""
    with agent(bundle, keys) as running:
        running.send(requests.warm)
        before = running.annotated()
        cost = running.cost(requests.measured, requests.lines)
        return Spent(cost, (running.annotated() - before) / requests.lines)


def of_an_annotation(few: Spent, many: Spent) -> float:
    """Return the microseconds that an annotated line takes more than another."""
    return (many.cost - few.cost) / (many.annotated - few.annotated)


def measure(results: Results, size: Size) -> None:
    """Add what a line takes with the share annotated, and what an annotation takes."""
    for case in cases():
        if case.log.name not in _LOGS:
            continue
        with tempfile.TemporaryDirectory() as name:
            given = load(case, size.lines, Path(name))
            bundle = bundle_of(case.log)
            runs = [(spent(bundle, given, _USUAL), spent(bundle, given, _MANY)) for _ in range(size.rounds)]
        each = [of_an_annotation(*run) for run in runs]
        costs = [few.cost + (_SHARE - few.annotated) * one for (few, _), one in zip(runs, each, strict=True)]
        few, many = runs[0]
        note = f"from {few.annotated:.1%} and {many.annotated:.1%}"
        goal = 1e6 / case.goal if case.goal else None
        results.add(f"end_to_end/{case.name}, 1 % annotated", costs, "us/line", goal, note)
        results.add(f"annotation/{case.name}", each, "us")
