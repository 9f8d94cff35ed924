"""An evaluation: a dataset in one of the known forms, detectors, and the table of what they are worth."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from burl.clock import Clock
from burl.decide.settings import DecideSettings
from burl.detect import Progress
from burl.detect.embeddings import TextResources
from burl.errors import InputError
from burl.train.auxiliary import masked_lines
from burl.train.evaluate.dataset import Dataset, file_in
from burl.train.evaluate.ensemble import combine
from burl.train.evaluate.judge import ALL, ENSEMBLE, Judge, Judged
from burl.train.evaluate.lines import read_hackathon_dataset, read_line_dataset
from burl.train.evaluate.pictures import Curve
from burl.train.evaluate.rows import Row, rows_of
from burl.train.evaluate.sequences import read_sequence_dataset
from burl.train.evaluate.shop import judge_shop
from burl.train.prepare import Recipe


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What to evaluate; `supervised` deals labelled sequences out anew and lets detectors see the labels.

    `auxiliary` are files with lines of other systems, as for training.
    """

    data: Path
    detectors: Sequence[str] = (ALL,)
    seed: int = 0
    supervised: bool = False
    recipe: Recipe = field(default_factory=Recipe)
    decide: DecideSettings = field(default_factory=DecideSettings)
    resources: TextResources = field(default_factory=TextResources)
    auxiliary: Sequence[Path] = ()


@dataclass(slots=True)
class Evaluation:
    """The outcome.

    Attributes:
        warnings: leaks and other reasons not to believe the figures.
        skipped: detectors that could not be judged, and why.
        curves: scores and labels of each detector, for pictures.
    """

    dataset: str
    protocol: str
    rows: list[Row] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return dataset and rows as plain values."""
        return {"dataset": self.dataset, "rows": [row.to_json() for row in self.rows]}


def evaluate(request: EvaluationRequest, clock: Clock, progress: Progress) -> Evaluation:
    """Train on the training part of a dataset, judge its test part.

    Thresholds come from the training part alone; a dataset without one is refused.

    Raises:
        InputError: the folder holds no dataset of a known form, a part is empty or of one class only.
        ConfigError: a detector is not known.
    """
    if file_in(request.data, "episodes.jsonl"):
        return _of_shop(request, clock, progress)
    dataset = _dataset(request, progress)
    evaluation = Evaluation(dataset.name, dataset.protocol, warnings=list(dataset.warnings))
    resources = replace(request.resources, auxiliary=masked_lines(request.auxiliary, request.recipe.parse))
    judge = Judge(dataset, clock, request.seed, request.decide, resources)
    members: dict[str, list[Judged]] = {}
    for spec in judge.specs(request.detectors):
        try:
            judged = judge.judge(spec, progress)
        except InputError as error:
            evaluation.skipped.append(str(error))
            continue
        members.setdefault(judged.unit, []).append(judged)
        _add(evaluation, judged, dataset)
    if {ALL, ENSEMBLE} & set(request.detectors):
        for together in members.values():
            ensemble = combine(together)
            if ensemble is not None:
                _add(evaluation, ensemble, dataset)
    if not evaluation.rows:
        raise InputError(f"{request.data}: nothing could be judged: {'; '.join(evaluation.skipped)}")
    return evaluation


def _add(evaluation: Evaluation, judged: Judged, dataset: Dataset) -> None:
    labels = dataset.labels(judged.unit)
    if labels is not None:
        evaluation.rows += rows_of(judged, dataset)
        evaluation.curves.append(Curve(judged.name, judged.unit, judged.scores, labels))


def _dataset(request: EvaluationRequest, progress: Progress) -> Dataset:
    directory = request.data
    sequences, lines = file_in(directory, "sequences.csv"), file_in(directory, "lines.jsonl")
    train, test = file_in(directory, "train.json"), file_in(directory, "test.csv")
    if sequences is not None:
        return read_sequence_dataset(sequences, supervised=request.supervised)
    if request.supervised:
        raise InputError(f"{directory}: only sequences.csv can be dealt out anew with --supervised")
    if lines is not None:
        return read_line_dataset(lines, request.recipe, progress)
    if train is not None and test is not None:
        return read_hackathon_dataset(train, test, request.recipe, progress)
    raise InputError(
        f"{directory} holds no dataset: sequences.csv, lines.jsonl, train.json and test.csv,"
        " or episodes.jsonl with train/ and test/"
    )


def _of_shop(request: EvaluationRequest, clock: Clock, progress: Progress) -> Evaluation:
    rows, warnings = judge_shop(
        request.data,
        request.detectors,
        seed=request.seed,
        recipe=request.recipe,
        decide=request.decide,
        auxiliary=request.auxiliary,
        clock=clock,
        progress=progress,
    )
    protocol = "trained on train/, judged on test/ by injected faults"
    return Evaluation(request.data.resolve().name, protocol, rows=rows, warnings=warnings)
