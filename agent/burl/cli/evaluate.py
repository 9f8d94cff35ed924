"""`burl evaluate`: what the detectors are worth on labelled data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from burl.cli.options import (
    AuxiliaryOption,
    BudgetOption,
    ConfigOption,
    GapOption,
    JsonOption,
    decide_options,
)
from burl.cli.output import print_json
from burl.cli.train import extra_installed

if TYPE_CHECKING:
    from burl.train.evaluate.evaluation import Evaluation

_HEAD = ("detector", "level", "P", "R", "F1", "acc", "AUC", "AP", "episodes", "false/h", "train s", "lines/s")


def evaluate(
    *,
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder with a labelled dataset.")],
    detectors: Annotated[
        str, typer.Option(metavar="LIST", help="name[:unit] joined by commas, ensemble, or all.")
    ] = "all",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write pictures and an HTML report there.")
    ] = None,
    supervised: Annotated[
        bool, typer.Option(help="Deal labelled sequences out anew; detectors see the labels of their part.")
    ] = False,
    auxiliary: AuxiliaryOption = None,
    least_f1: Annotated[
        float | None, typer.Option(min=0, max=1, metavar="F1", help="Exit with 1 when the best F1 is below.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the rows as JUnit XML.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed and data give the same figures.")] = 0,
    budget: BudgetOption = None,
    incident_gap: GapOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train on a dataset's training part and judge its test part; the latter chooses no threshold."""
    from burl.clock import SystemClock
    from burl.config import load_settings, with_options
    from burl.progress import progress

    settings = with_options(load_settings(config), decide_options(budget, incident_gap))
    with extra_installed(), progress() as report:
        from burl.detect.embeddings import TextResources, imported
        from burl.train.evaluate.evaluation import EvaluationRequest
        from burl.train.evaluate.evaluation import evaluate as judge
        from burl.train.evaluate.report import write_report
        from burl.train.prepare import Recipe

        request = EvaluationRequest(
            data=data,
            detectors=[name.strip() for name in detectors.split(",")],
            seed=seed,
            supervised=supervised,
            recipe=Recipe(parse=settings.parse, window=settings.window),
            decide=settings.decide,
            resources=TextResources(imported()),
            auxiliary=auxiliary or (),
        )
        found = judge(request, SystemClock(), report)
        if out is not None:
            write_report(found, out)
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)
    if junit is not None:
        _write_junit(junit, found, least_f1 or 0.0)
    if least_f1 is not None and max(row.f1 or 0.0 for row in found.rows) < least_f1:
        raise typer.Exit(1)


def _print(found: "Evaluation") -> None:
    """Write the table for a person."""
    rows = [_HEAD, *(_cells(row.to_json()) for row in found.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    print(f"{found.dataset}: {found.protocol}")
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for line in (*found.warnings, *(f"not judged: {skipped}" for skipped in found.skipped)):
        print(f"! {line}")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    shares = ("precision", "recall", "f1", "accuracy", "roc_auc", "average_precision")
    episodes = "" if row["episodes"] is None else f"{row['episodes_found']} of {row['episodes']}"
    return (
        row["detector"],
        row["level"],
        *(_number(row[name], 3) for name in shares),
        episodes,
        *(_number(row[name], 1) for name in ("false_incidents_per_hour", "train_seconds")),
        _number(row["lines_per_second"], 0),
    )


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _write_junit(path: Path, found: "Evaluation", least_f1: float) -> None:
    """Write a case for each row: it fails when its F1 is below the least."""
    from burl.cli.junit import Case, write_junit

    cases = [
        Case(
            f"{found.dataset}.{row.level}",
            row.detector,
            f"F1 {row.f1:.3f} is below {least_f1}" if row.f1 is not None and row.f1 < least_f1 else "",
            row.chosen_by,
        )
        for row in found.rows
    ]
    write_junit(path, "burl evaluate", cases)
