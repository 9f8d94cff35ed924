"""docs/performance.md and its charts, from measured figures."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.chart import Chart, number
from bench.results import Figure, Results

_HEAD = """\
# Performance

<!-- made by `make bench` from bench/results.json; do not edit -->

What a line costs, and what an agent takes: {machine}.

`make bench` measures it. Processor time is user and system time of the agent's process; figures are medians
of rounds in which every case and every peer runs once, with the range of the rounds. Microseconds are a
machine's own. The ratios to other miners, measured in the same rounds, hold elsewhere too, and one that gets
worse by more than 15 % fails `make bench`. `make bench QUICK=1` is a short form.
"""
_LINES = """\
## Lines

A real `burl run` with a trained bundle, SQLite and all promises on takes requests of 500 records over
gRPC from another process, which keeps eight of them in flight, as the recommended Fluent Bit configuration
does. Each log is repeated with fresh numbers and ids. *Kubernetes attributes*: seven on every record, as that
configuration sends them. *1 % annotated*: on the line through a run with the usual budget and one with a
budget of 1,000 false incidents an hour, whose shares of annotated lines stand beside it. Dashed is what we
want to reach.
"""
_PEERS = """\
## Beside other miners

What they take for templates alone, for what Burl takes for the whole job on the same lines: above 1 Burl
is faster. *drain3_masked* has the masks of drain3's example configuration, *drain3* none; *logparser3* is
its Drain, from a file into tables.
"""
_ROOMS = """\
## Where the time goes

Shop lines, in one process; the whole agent's time less these is gRPC, the journal, and answering.
"""
_GROWTH = """\
## Growth

Microseconds a line in the steady state, as one thing grows and the others stay.
"""
_TAKES = """\
## What an agent takes

In an environment of its own, installed from the wheel, so that its share of memory (PSS) is what it is
alone on a machine, with the shop's bundle loaded.
"""
_WAITS = """\
## How long things wait

Health while a request of 64 MiB is worked on; from an event's time to its annotation in an OpenSearch on
the same machine, at 5,000 lines a second in real time, for findings in single lines (sessions are judged
when they end); and an agent held to 100 millicores, at 5,000 lines a second, and at more than it can do.
Other work on the machine makes these longer.
"""
_TAKEN = {"start": "start to serving", "memory": "memory", "idle": "idle", "size": "on disk"}
_WAITING = {"health": "health check", "delay": "event to annotation", "limit": "100 millicores"}
_SPEED = 1e6


def write_page(results: Results, page: Path, images: Path) -> None:
    """Write the page, and its charts into `images`."""
    parts = [_HEAD.format(machine=_machine(results.machine))]
    lines = {name: _per_second(figure) for name, figure in results.section("end_to_end").items()}
    against = results.section("ratio")
    if lines:
        parts += [
            _LINES,
            _chart("lines", Chart("Lines a second on one core", "thousands", lines), page, images),
        ]
        parts.append(_table(results.section("end_to_end"), "log"))
    if results.section("annotation"):
        parts.append(_table(results.section("annotation"), "an annotated line, more than another"))
    if against:
        chart = Chart("Their cost over ours", "times", against)
        parts += [_PEERS, _chart("peers", chart, page, images)]
        parts.append(_table(results.section("peers"), "log and miner"))
    if results.section("rooms"):
        parts += [_ROOMS, _table(results.section("rooms"), "room")]
    if results.section("growth"):
        parts += [_GROWTH, *_growth(results)]
    parts += _named(results, _TAKES, _TAKEN) + _named(results, _WAITS, _WAITING)
    if results.absent:
        parts.append("## Not measured\n\n" + "\n".join(f"- {line}" for line in results.absent) + "\n")
    page.write_text("\n".join(parts), "utf-8")


def _machine(machine: Mapping[str, str]) -> str:
    return f"{machine['cores']} cores shared with other work, Python {machine['python']}"


def _per_second(figure: Figure) -> Figure:
    """Return a cost as thousand lines a second; its goal becomes a least."""
    goal = None if figure.goal is None else _SPEED / figure.goal / 1000
    return Figure(tuple(_SPEED / value / 1000 for value in figure.values), "ratio", goal, figure.note)


def _chart(name: str, chart: Chart, page: Path, images: Path) -> str:
    path = images / f"performance-{name}.svg"
    path.write_text(chart.svg(), "utf-8")
    return f"![{chart.title}]({path.relative_to(page.parent).as_posix()})\n"


def _table(figures: Mapping[str, Figure], first: str) -> str:
    rows = [f"| {first} | median | range | unit | goal | |", "|---|---|---|---|---|---|"]
    rows += [f"| {name} | {_row(figure)} |" for name, figure in figures.items()]
    return "\n".join(rows) + "\n"


def _row(figure: Figure) -> str:
    low, high = (number(value) for value in figure.spread)
    range_ = f"{low} to {high}" if len(figure.values) > 1 else ""
    goal = "" if figure.goal is None else number(figure.goal)
    kept = {None: "", True: "reached", False: "**missed**"}[figure.kept]
    said = "; ".join(filter(None, [kept, figure.note]))
    return f"{number(figure.median)} | {range_} | {figure.unit} | {goal} | {said}"


def _growth(results: Results) -> Iterator[str]:
    """Yield a table of each thing that grows, amounts beside each other."""
    by_name: dict[str, dict[str, Figure]] = {}
    for key, figure in results.section("growth").items():
        name, _, amount = key.rpartition("/")
        by_name.setdefault(name, {})[amount] = figure
    for name, figures in by_name.items():
        amounts = " | ".join(f"{int(amount):,}" for amount in figures)
        costs = " | ".join(number(figure.median) for figure in figures.values())
        yield f"| {name} | {amounts} |\n|{'---|' * (len(figures) + 1)}\n| us/line | {costs} |\n"
    yield _table(results.section("growth of cost"), "largest over smallest amount")


def _named(results: Results, introduction: str, sections: Mapping[str, str]) -> list[str]:
    figures = {
        f"{words}: {name}": figure
        for section, words in sections.items()
        for name, figure in results.section(section).items()
    }
    return [introduction, _table(figures, "what")] if figures else []
