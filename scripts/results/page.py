"""docs/results.md, from the figures of docs/results.json."""

import statistics
from typing import Any

from scripts.results.protocols import PROTOCOLS, Protocol

_HEAD = (
    *("detector", "level", "P", "R", "F1", "95 %", "paper", "AUC", "AP", "goal"),
    *("training s", "lines/s", "decided by"),
)

_INTRODUCTION = """\
# Results

<!-- made by `make results` from docs/results.json; do not edit -->

What the detectors are worth on public data and on our own, beside the figures published for them. Each row is
one run of `burl evaluate`; thresholds are chosen on the training part alone: by labels of its held-out
quarter where there are some, else by held-out sequences that were spoilt on purpose (and weighed as 2 % of
all, long ones up to 10 %), for lines without labels by the alert budget. The rule of the method's paper stays
where no threshold is better by two standard errors; *paper* is its F1. The interval is the bootstrap's
(95 %). A goal that is not reached is marked **missed**.
"""


def page(figures: dict[str, Any]) -> str:
    """Return docs/results.md."""
    parts = [_INTRODUCTION]
    parts += [_section(p, figures[p.name]) for p in PROTOCOLS if p.name in figures]
    return "\n".join(parts)


def _section(protocol: Protocol, told: dict[str, Any]) -> str:
    rows = {(row["detector"], row["level"]): row for row in told["rows"]}
    lines = [f"## {protocol.name}\n"]
    if protocol.note:
        lines.append(f"{protocol.note}\n")
    lines.append(f"*Parts*: {told['protocol']}. *Published*: {protocol.published}.\n")
    lines += [f"| {' | '.join(_HEAD)} |", f"|{'---|' * len(_HEAD)}"]
    for (name, level), row in rows.items():
        if "(paper" not in name:
            paper = rows.get((f"{name} (paper's rule)", level))
            lines.append(_row(row, paper, _goal(protocol, row, told["deeplog_seeds"])))
    lines += ["", *_outcomes(protocol, told)]
    return "\n".join(lines) + "\n"


def _row(row: dict[str, Any], paper: dict[str, Any] | None, goal: str) -> str:
    interval = "" if row["f1_interval"] is None else "{:.3f}-{:.3f}".format(*row["f1_interval"])
    shares = [_share(row[name]) for name in ("precision", "recall", "f1")]
    others = [
        _share(paper["f1"] if paper else None),
        _share(row["roc_auc"]),
        _share(row["average_precision"]),
    ]
    speed = [
        "" if row[n] is None else f"{row[n]:,.{d}f}"
        for n, d in (("train_seconds", 1), ("lines_per_second", 0))
    ]
    cells = [row["detector"], row["level"], *shares, interval, *others, goal, *speed, row["chosen_by"]]
    return f"| {' | '.join(cells)} |"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _goal(protocol: Protocol, row: dict[str, Any], seeds: dict[str, list[float]]) -> str:
    """Return the goal of a row; where several seeds were run, it is that of their median."""
    name, least = row["detector"], protocol.goals.get(row["detector"])
    if least is None or row["f1"] is None:
        return ""
    reached = statistics.median(seeds[name]) if name in seeds else row["f1"]
    of = " (median)" if name in seeds else ""
    return f"{least}{of}" if round(reached, 3) >= least else f"{least}{of} **missed**"


def _outcomes(protocol: Protocol, told: dict[str, Any]) -> list[str]:
    """Return what else is to be said, as a list."""
    found = []
    for name, least in protocol.goals.items():
        if name.startswith("best of "):
            members = name.removeprefix("best of ").split(", ")
            reached = [row["f1"] for row in told["rows"] if row["detector"] in members]
            if reached:
                missed = "" if max(reached) >= least else " **missed**"
                found.append(f"- {name}: {max(reached):.3f}, goal {least}{missed}")
    highest = max((row["f1"] or 0.0 for row in told["rows"]), default=0.0)
    if protocol.most < 1:
        verdict = "kept" if highest <= protocol.most else "**broken**"
        found.append(f"- nothing above {protocol.most}: {verdict} (highest {highest:.3f})")
    for name, seeds in dict(told["deeplog_seeds"]).items():
        listed = ", ".join(map(str, seeds))
        found.append(f"- {name}, five seeds: {listed}; median {statistics.median(seeds):.3f}")
    found += _episodes(told["rows"])
    return found + [f"- {text}" for text in (*told["warnings"], *told["skipped"])]


def _episodes(rows: list[dict[str, Any]]) -> list[str]:
    return [
        f"- {row['detector']}: {row['episodes_found']} of {row['episodes']} episodes,"
        f" {row['false_incidents_per_hour']:.1f} false incidents an hour ({row['chosen_by']})"
        for row in rows
        if row["episodes"] is not None
    ]
