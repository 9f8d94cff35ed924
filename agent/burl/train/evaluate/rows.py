"""The table of an evaluation: a row for each detector and level."""

from dataclasses import asdict, dataclass
from typing import Any

from burl.train.evaluate.dataset import LEVELS, Dataset
from burl.train.evaluate.judge import Judged
from burl.train.evaluate.measure import Bools, Verdicts, average_precision, f1_interval, roc_auc

PAPER = " (paper's rule)"
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one detector at one level; None where they do not apply."""

    detector: str
    level: str
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    accuracy: float | None = None
    roc_auc: float | None = None
    average_precision: float | None = None
    episodes: int | None = None
    episodes_found: int | None = None
    false_incidents_per_hour: float | None = None
    train_seconds: float | None = None
    lines_per_second: float | None = None
    f1_interval: tuple[float, float] | None = None
    chosen_by: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the figures by name, without what only the report tells."""
        figures = asdict(self)
        del figures["f1_interval"], figures["chosen_by"]
        return {name: round(v, _DIGITS) if isinstance(v, float) else v for name, v in figures.items()}


def rows_of(judged: Judged, dataset: Dataset) -> list[Row]:
    """Return the row of our verdicts, and that of the paper's own rule where there is one."""
    labels = dataset.labels(judged.unit)
    if labels is None:
        raise ValueError(f"{judged.unit}s of {dataset.name} are not labelled")
    rows = [_row(judged, judged.name, judged.found, labels, judged.chosen_by)]
    if judged.paper is not None:
        rows.append(_row(judged, judged.name + PAPER, judged.paper, labels, "the paper"))
    return rows


def _row(judged: Judged, name: str, found: Bools, labels: Bools, chosen_by: str) -> Row:
    verdicts = Verdicts.of(found, labels)
    return Row(
        detector=name,
        level=LEVELS[judged.unit],
        precision=verdicts.precision,
        recall=verdicts.recall,
        f1=verdicts.f1,
        accuracy=verdicts.accuracy,
        roc_auc=roc_auc(judged.scores, labels),
        average_precision=average_precision(judged.scores, labels),
        train_seconds=judged.train_seconds,
        lines_per_second=judged.lines_per_second,
        f1_interval=f1_interval(found, labels),
        chosen_by=chosen_by,
    )
