"""Runs the table of docs/results.md on the research data and writes it; `make results`.

    python -m scripts.results [--data DIR] [PROTOCOL ...]

Without a protocol all are run. The figures are kept in docs/results.json, so that one protocol can be run
again without the others; the tests hold a small part of them against what the code does now.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from burl.clock import SystemClock
from burl.decide.settings import DecideSettings
from burl.detect.embeddings import TextResources
from burl.detect.registry import detector_names
from burl.errors import UserError
from burl.train.evaluate.evaluation import Evaluation, EvaluationRequest, evaluate
from scripts.results.page import page
from scripts.results.protocols import ENSEMBLE, PROTOCOLS, Protocol

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "docs" / "results.json"
PAGE = ROOT / "docs" / "results.md"


def run(protocol: Protocol, data: Path) -> dict[str, Any]:
    """Evaluate one protocol; return its figures as plain values."""
    installed = {*detector_names(), ENSEMBLE}
    wanted = [name for name in protocol.detectors if name in installed]
    decide = DecideSettings()
    if protocol.data == "shop":
        decide = DecideSettings(budget="200/day", incident_gap_seconds=8)
    request = EvaluationRequest(
        data=data / protocol.data,
        detectors=wanted,
        supervised=protocol.supervised,
        decide=decide,
        resources=TextResources(data / "glove_subset" / "glove_100d_f16.npz"),
    )
    found = evaluate(request, SystemClock(), lambda _stage, _fraction: None)
    return {
        "protocol": found.protocol,
        "warnings": found.warnings,
        "skipped": found.skipped
        + [f"{name}: not installed" for name in protocol.detectors if name not in installed],
        "rows": _rows(found),
        "deeplog_seeds": _seeds(request) if "deeplog" in wanted else {},
    }


def _rows(found: Evaluation) -> list[dict[str, Any]]:
    return [
        row.to_json() | {"f1_interval": row.f1_interval, "chosen_by": row.chosen_by} for row in found.rows
    ]


def _seeds(request: EvaluationRequest) -> dict[str, list[float]]:
    """Return the F1s of deeplog with five seeds, by our decision and the paper's: its training wanders."""
    figures: dict[str, list[float]] = {"deeplog": [], "deeplog by the paper's rule": []}
    for seed in range(5):
        again = EvaluationRequest(request.data, ["deeplog"], seed, decide=request.decide)
        rows = evaluate(again, SystemClock(), lambda _stage, _fraction: None).rows
        for decided, row in zip(figures.values(), rows, strict=True):
            decided.append(round(row.f1 or 0.0, 4))
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the protocols asked for and write the page; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("protocols", nargs="*", metavar="PROTOCOL", help="names; all when none is given")
    asked = parser.parse_args(arguments)
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
    for protocol in PROTOCOLS:
        if asked.protocols and protocol.name not in asked.protocols:
            continue
        print(f"{protocol.name} ...", file=sys.stderr)
        try:
            figures[protocol.name] = run(protocol, asked.data)
        except UserError as error:
            print(f"{protocol.name}: {error}", file=sys.stderr)
            continue
        FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.write_text(page(figures), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
