"""Measures Burl: `make bench`, or `make bench QUICK=1` for a short form that writes nothing.

    python -m bench [--quick] [SECTION ...]

Writes bench/results.json and docs/performance.md with its charts; figures of other sections stay. The exit
code is 1 when a ratio to another miner in the same run has lost more than 15 % against the committed one.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench import annotated, end_to_end, footprint, growth, health, opensearch, rooms, thrift
from bench.chart import number
from bench.lines import DATA, ROOT
from bench.page import write_page
from bench.results import PATH, Results, Size, read_results, regressions

SECTIONS: dict[str, Callable[[Results, Size], None]] = {
    "end_to_end": end_to_end.measure,
    "annotated": annotated.measure,
    "text": end_to_end.measure_text,
    "rooms": rooms.measure,
    "footprint": footprint.measure,
    "growth": growth.measure,
    "health": health.measure,
    "limit": thrift.measure,
    "opensearch": opensearch.measure,
}
PAGE = ROOT / "docs" / "performance.md"
_QUICK = Size(lines=60_000, rounds=3, quick=True)
_QUICK_SECTIONS = ("end_to_end", "rooms", "footprint", "health")


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    return {"cores": str(os.cpu_count()), "python": platform.python_version()}


def run(names: list[str], size: Size) -> Results:
    """Measure the named sections."""
    results = Results(machine())
    if not DATA.is_dir():
        results.absent.append("HDFS, BGL and OpenStack: the public logs are not shipped")
    for name in names:
        print(f"measuring {name}", flush=True)
        SECTIONS[name](results, size)
    return results


def print_table(results: Results) -> None:
    """Print what was measured."""
    for name, figure in results.figures.items():
        low, high = figure.spread
        kept = {None: "", True: "kept", False: "missed"}[figure.kept]
        print(
            f"{name:48} {number(figure.median):>10} {figure.unit:10} {number(low)} to {number(high)} {kept}"
        )
    for line in results.absent:
        print(f"not measured: {line}")


def publish(results: Results, before: Results) -> None:
    """Write what was measured, and what was before and not now: sections can be measured one by one."""
    merged = replace(results, figures=before.figures | results.figures)
    merged.write(PATH)
    write_page(merged, PAGE, PAGE.parent / "images")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write, compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--lines", type=int, help="lines of each case, if not as many as usual")
    parser.add_argument("--rounds", type=int, help="rounds, if not as many as usual")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    asked = parser.parse_args(arguments)
    size = _QUICK if asked.quick else Size()
    size = replace(size, lines=asked.lines or size.lines, rounds=asked.rounds or size.rounds)
    results = run(asked.sections or list(_QUICK_SECTIONS if asked.quick else SECTIONS), size)
    print_table(results)
    before = read_results(PATH)
    lost = regressions(before.figures, results.figures)
    for line in lost:
        print(f"slower: {line}", file=sys.stderr)
    if not asked.quick and not lost:
        publish(results, before)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
