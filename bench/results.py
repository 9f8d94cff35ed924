"""Measured figures: kept in bench/results.json, compared with those of before."""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.lines import ROOT

PATH = ROOT / "bench" / "results.json"
ALLOWED_LOSS = 0.15
"""Share of a ratio that may be lost before `make bench` fails: what the spread of a shared machine hides."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: lines of each case, rounds; `quick` leaves out most cases."""

    lines: int = 375_000
    rounds: int = 3
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured several times.

    Attributes:
        unit: such as "us/line"; of a "ratio" (theirs / ours in the same round) more is better.
        goal: what is promised, at most; of a ratio, at least. None: nothing is.
        note: what is to be said beside it.
    """

    values: tuple[float, ...]
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """The middle of the values."""
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the most."""
        return min(self.values), max(self.values)

    @property
    def kept(self) -> bool | None:
        """Whether the median keeps the goal; None without one."""
        if self.goal is None:
            return None
        return self.median >= self.goal if self.unit == "ratio" else self.median <= self.goal


@dataclass(slots=True)
class Results:
    """All figures of a run, by `section/name`; `absent` says what could not be measured here, and why."""

    machine: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

    def add(
        self, name: str, values: Iterable[float], unit: str, goal: float | None = None, note: str = ""
    ) -> None:
        """Add a figure."""
        self.figures[name] = Figure(tuple(values), unit, goal, note)

    def section(self, name: str) -> dict[str, Figure]:
        """Return the figures whose names begin with `name/`, by the rest of it."""
        begin = f"{name}/"
        return {key.removeprefix(begin): each for key, each in self.figures.items() if key.startswith(begin)}

    def write(self, path: Path) -> None:
        """Write them."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def read_results(path: Path) -> Results:
    """Return what was written; nothing where there is no file."""
    if not path.is_file():
        return Results()
    said = json.loads(path.read_text("utf-8"))
    figures = {
        name: Figure(tuple(each["values"]), each["unit"], each["goal"], each["note"])
        for name, each in said["figures"].items()
    }
    return Results(said["machine"], figures, said["absent"])


def ratios(theirs: Sequence[float], ours: Sequence[float]) -> tuple[float, ...]:
    """Return what they cost for what we cost, round by round: both met the same machine in each."""
    return tuple(other / own for other, own in zip(theirs, ours, strict=True))


def regressions(
    before: Mapping[str, Figure], now: Mapping[str, Figure], allowed: float = ALLOWED_LOSS
) -> list[str]:
    """Return a line for each ratio whose median lost more than `allowed` of what it was."""
    return [
        f"{name}: {figure.median:.2f} where it was {before[name].median:.2f}"
        for name, figure in now.items()
        if figure.unit == "ratio" and name in before
        if figure.median < before[name].median * (1 - allowed)
    ]
