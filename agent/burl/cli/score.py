"""`burl score`: find what is abnormal in files or a pipe, without a running agent."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from burl.cli.options import (
    BudgetOption,
    ConfigOption,
    FormatOption,
    GapOption,
    InputOption,
    JsonOption,
    MoreInputs,
    decide_options,
    joined,
)
from burl.cli.output import print_json
from burl.cli.summary import Summary

if TYPE_CHECKING:
    from burl.decide import Findings


def score(
    *,
    inputs: InputOption = None,
    more: MoreInputs = None,
    bundle: Annotated[Path | None, typer.Option(help="Bundle; without one it learns on the way.")] = None,
    file_format: FormatOption = "auto",
    budget: BudgetOption = None,
    incident_gap: GapOption = None,
    fail_on: Annotated[
        float | None, typer.Option(min=0, max=1, metavar="GRADE", help="Exit with 1 at this grade or above.")
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what --fail-on found as JUnit XML (without it: anything)."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write an annotation for each finding: JSON lines, or readable ones on a terminal."""
    from burl.bundle import load_bundle
    from burl.clock import SystemClock
    from burl.config import load_settings, with_options
    from burl.engine.pipeline import score_batches
    from burl.pipelines import make_pipeline
    from burl.progress import counting
    from burl_opensearch.reading.inputs import read_inputs

    paths = joined(inputs, more)
    settings = with_options(load_settings(config), decide_options(budget, incident_gap))
    path = bundle or settings.bundle.path
    pipeline = make_pipeline(settings, load_bundle(path) if path else None, None)
    batches = read_inputs(
        paths,
        file_format,
        receive=settings.receive,
        opensearch=settings.write.opensearch,
        streams=pipeline.streams,
        clock=SystemClock(),
    )
    show = print_json if as_json or not sys.stdout.isatty() else _print_line
    worst = 0.0
    failures: list[dict[str, Any]] = []
    summary = Summary()
    with counting("records scored") as count:
        for findings in score_batches(pipeline, batches, lambda batch: count(len(batch.bodies))):
            summary.add(findings)
            for annotation in findings.annotations:
                show(annotation.document)
                if junit is not None and _counts(annotation.document, fail_on or 0.0):
                    failures.append(annotation.document)
            worst = max(worst, _worst(findings))
    summary.show(pipeline.counters.records, pipeline.learning.services())
    if junit is not None:
        _write_junit(junit, failures)
    if fail_on is not None and worst >= fail_on:
        raise typer.Exit(1)


def _worst(findings: "Findings") -> float:
    """Return the highest grade, findings about services still being learnt left out."""
    documents = [annotation.document for annotation in findings.annotations]
    return max((float(d["anomaly_grade"]) for d in documents if _counts(d, 0.0)), default=0.0)


def _counts(document: dict[str, Any], least_grade: float) -> bool:
    """Return True for a finding of at least this grade, about a service that is not being learnt still."""
    return not document.get("learning") and float(document["anomaly_grade"]) >= least_grade


def _write_junit(path: Path, failures: list[dict[str, Any]]) -> None:
    """Write a failed case for each finding, or one that passed where there is none."""
    from burl.cli.junit import Case, write_junit

    cases = [
        Case(
            document.get("service.name", "unknown"),
            f"{document['detector_id']} at {document['@timestamp']}",
            document["reason"],
            document.get("log.record.original", ""),
        )
        for document in failures
    ]
    write_junit(path, "burl score", cases or [Case("logs", "nothing abnormal was found")])


def _print_line(document: dict[str, Any]) -> None:
    """Write a finding as one readable line, the offending record under it."""
    service = document.get("service.name", "")
    reason = f"{'(learning) ' if document.get('learning') else ''}{document['reason']}"
    head = f"{document['@timestamp']}  {document['anomaly_grade']:.2f}  {service}  {reason}"
    print(head, document.get("log.record.original", ""), sep="\n    ")
