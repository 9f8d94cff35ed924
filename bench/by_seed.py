"""What the scripts share that judge detectors on labelled sets: their options, and a row for each seed."""

import argparse
import statistics
from collections.abc import Callable
from pathlib import Path


def options(doc: str | None, *, sets: str, detectors: str) -> argparse.ArgumentParser:
    """Return a parser of `--data`, `--sets`, `--detectors` and `--seeds`, with these defaults."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default=sets)
    parser.add_argument("--detectors", default=detectors)
    parser.add_argument("--seeds", type=int, default=3)
    return parser


def print_rows(name: str, columns: tuple[str, ...], seeds: int, run: Callable[[int], list[float]]) -> None:
    """Print the figures that `run` returns for each seed, in the order of `columns`, and the median F1."""
    print(f"{name:24} seed {' '.join(f'{column:>9}' for column in columns)}")
    f1s = []
    for seed in range(seeds):
        figures = run(seed)
        f1s.append(figures[columns.index("F1")])
        print(f"{'':24} {seed:4} {' '.join(f'{figure:9.4f}' for figure in figures)}", flush=True)
    print(f"{'':24} median F1 {statistics.median(f1s):.4f}")
