"""Datasets of the shop form: container logs with injected faults, judged as the running agent would."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from burl.bundle import load_bundle
from burl.clock import Clock
from burl.decide.settings import DecideSettings
from burl.detect import Progress
from burl.engine.pipeline import Pipeline, score_batches
from burl.errors import InputError
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings
from burl.train.episodes import EpisodeFigures, Truth, judge, read_truth
from burl.train.evaluate.judge import ALL, ENSEMBLE
from burl.train.evaluate.measure import Bools, Floats, Verdicts, average_precision, f1_interval, roc_auc
from burl.train.evaluate.rows import Row
from burl.train.prepare import Recipe
from burl.train.trainer import TrainRequest, train

_HOUR_NS = 3_600_000_000_000
_WHOLE = frozenset({ALL, ENSEMBLE})

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Scored:
    """What a bundle says of the test part: findings that count, and the uids of all records."""

    documents: list[Document]
    uids: list[str]
    hours: float
    seconds: float


def judge_shop(
    directory: Path,
    detectors: Sequence[str],
    *,
    seed: int,
    recipe: Recipe,
    decide: DecideSettings,
    auxiliary: Sequence[Path],
    clock: Clock,
    progress: Progress,
) -> tuple[list[Row], list[str]]:
    """Train a bundle on `train/`, score `test/` with it; return the rows and what is to be known of them.

    The row `ensemble` is the bundle as a whole, the others what each of its detectors says alone.

    Raises:
        InputError: a part or a table is missing, or cannot be read.
    """
    try:
        truth = read_truth(directory)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{directory}: its tables of faults cannot be read: {error!r}") from error
    wanted = ["auto"] if _WHOLE & set(detectors) else list(detectors)
    with tempfile.TemporaryDirectory() as folder:
        start = clock.monotonic()
        request = TrainRequest(
            inputs=[directory / "train"],
            out=Path(folder) / "bundle",
            detectors=wanted,
            sessions=recipe.sessions,
            seed=seed,
            auxiliary=auxiliary,
            parse=recipe.parse,
            window=recipe.window,
            decide=decide,
        )
        train(request, progress)
        train_seconds = clock.monotonic() - start
        scored = _score(directory / "test", request.out, decide, clock)
    groups = {ENSEMBLE: scored.documents}
    for document in scored.documents:
        groups.setdefault(document["detector_id"], []).append(document)
    rows, warnings = [], []
    for name, documents in groups.items():
        figures = judge(documents, truth)
        rows += [
            _line_row(name, documents, scored, truth, figures, train_seconds=train_seconds),
            _session_row(name, figures),
        ]
        if name == ENSEMBLE:
            warnings += [f"missed: {missed}" for missed in figures.missed]
            warnings += [f"false: {false}" for false in figures.false]
    return rows, warnings


def _score(test: Path, bundle: Path, decide: DecideSettings, clock: Clock) -> _Scored:
    loaded = load_bundle(bundle)
    recipe = Recipe()
    pipeline = Pipeline(bundle=loaded, parse=recipe.parse, window=recipe.window, decide=decide)
    batches = list(FileReader(ReceiveSettings(), pipeline.streams, clock).read([test]))
    start = clock.monotonic()
    found = [
        annotation.document
        for findings in score_batches(pipeline, batches)
        for annotation in findings.annotations
    ]
    seconds = max(clock.monotonic() - start, 1e-9)
    uids = [batch.origin.uid(index) for batch in batches for index in range(len(batch))]
    times = np.concatenate([batch.times_ns for batch in batches])
    counted = [document for document in found if "incident_id" in document]
    return _Scored(counted, uids, float(np.ptp(times)) / _HOUR_NS, seconds)


def _line_row(
    name: str,
    documents: list[Document],
    scored: _Scored,
    truth: Truth,
    figures: EpisodeFigures,
    *,
    train_seconds: float,
) -> Row:
    grades, labels = _of_records(documents, scored.uids, truth)
    verdicts = Verdicts.of(grades > 0, labels)
    return Row(
        detector=name,
        level="line",
        precision=verdicts.precision,
        recall=verdicts.recall,
        f1=verdicts.f1,
        accuracy=verdicts.accuracy,
        roc_auc=roc_auc(grades, labels),
        average_precision=average_precision(grades, labels),
        episodes=figures.episodes,
        episodes_found=figures.episodes_found,
        false_incidents_per_hour=figures.incidents_false / scored.hours,
        train_seconds=train_seconds,
        lines_per_second=len(scored.uids) / scored.seconds,
        f1_interval=f1_interval(grades > 0, labels),
        chosen_by=f"{figures.incidents} incidents, {figures.incidents_false} false",
    )


def _of_records(documents: list[Document], uids: list[str], truth: Truth) -> tuple[Floats, Bools]:
    """Return the highest grade of each record that a finding names, else 0, and the labels."""
    worst: dict[str, float] = {}
    for document in documents:
        uid = document.get("log.record.uid", "")
        worst[uid] = max(worst.get(uid, 0.0), float(document["anomaly_grade"]))
    grades = np.array([worst.get(uid, 0.0) for uid in uids])
    return grades, np.array([uid in truth.labels for uid in uids], dtype=np.bool_)


def _session_row(name: str, figures: EpisodeFigures) -> Row:
    recall = figures.sessions_found / figures.sessions if figures.sessions else 0.0
    both = figures.session_precision + recall
    return Row(
        detector=name,
        level="session",
        precision=figures.session_precision,
        recall=recall,
        f1=2 * figures.session_precision * recall / both if both else 0.0,
        chosen_by=f"{figures.sessions_found} of {figures.sessions} sessions",
    )
