"""Judges detectors on a dataset: fitted on its training part, then asked about its test part."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from burl.clock import Clock
from burl.decide.grading import Grader
from burl.decide.settings import DecideSettings, incidents_per_day
from burl.detect import Progress
from burl.detect.embeddings import TextResources
from burl.detect.parts import parts_of
from burl.detect.registry import detector_names, detector_type, parse_spec
from burl.errors import InputError
from burl.train.evaluate.dataset import Dataset
from burl.train.evaluate.measure import Bools, Floats
from burl.train.fitting import Fitted, fit
from burl.train.sequences import sequence_config
from burl.train.validation import Validation, carried, said
from burl.window import Unit

ALL, ENSEMBLE = "all", "ensemble"
_FEW = 20
"""Training units below which detectors are told to be content with less."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a detector says of the units of the test part.

    Attributes:
        name: the detector.
        scores: raw scores (n,), `p_values` their calibrated form.
        found: our verdicts: by the threshold chosen on held-out training data.
        paper: the verdicts of the paper's own rule, None where there is none.
        chosen_by: how the threshold was chosen.
        fitted: the detector, None for the ensemble.
    """

    name: str
    unit: Unit
    scores: Floats
    p_values: Floats
    found: Bools
    paper: Bools | None
    chosen_by: str
    train_seconds: float
    lines_per_second: float
    fitted: Fitted | None = None

    @property
    def validation(self) -> Validation | None:
        """Scores of held-out training units, where the threshold was chosen on them."""
        return self.fitted.validation if self.fitted else None


@dataclass(frozen=True, slots=True)
class Judge:
    """Fits detectors and has them judge; `clock` measures both."""

    dataset: Dataset
    clock: Clock
    seed: int
    decide: DecideSettings
    resources: TextResources = field(default_factory=TextResources)

    def specs(self, wanted: Sequence[str]) -> list[str]:
        """Return the detectors to judge, with their units. Raises ConfigError or InputError."""
        names = detector_names() if ALL in wanted else [name for name in wanted if name != ENSEMBLE]
        if not names:
            names = ["event_set", "neighbours", "new_template"]
        found = []
        for name in names:
            usable = self.dataset.units(detector_type(name.partition(":")[0]))
            if ":" in name and parse_spec(name)[1] in usable:
                found.append(name)
            elif ":" not in name and usable:
                found.append(f"{name}:{usable[0]}")
            elif name in wanted and ALL not in wanted:
                raise InputError(f"{self.dataset.name} has no labelled units that {name} could judge")
        return found

    def judge(self, spec: str, progress: Progress) -> Judged:
        """Fit one detector on the training part and have it judge the test part. Raises InputError."""
        start = self.clock.monotonic()
        fitted = self._fit(spec, progress)
        middle = self.clock.monotonic()
        fitted.detector.bind(self.dataset.test.streams)
        units = parts_of(self.dataset.test, fitted.detector.unit)
        scores, paper = said(fitted.detector, units)
        seconds = max(self.clock.monotonic() - middle, 1e-9)
        if fitted.detector.absorbs:
            scores, paper = carried(units, scores), carried(units, paper)
        scores, paper = self.dataset.spread(scores), self.dataset.spread(paper)
        found, p_values, chosen_by = self._verdicts(fitted, scores, paper)
        return Judged(
            name=fitted.detector.name,
            unit=fitted.detector.unit,
            scores=scores,
            p_values=p_values,
            found=found,
            paper=paper if paper.any() else None,
            chosen_by=chosen_by,
            train_seconds=middle - start,
            lines_per_second=_lines(self.dataset, fitted.detector.unit) / seconds,
            fitted=fitted,
        )

    def _fit(self, spec: str, progress: Progress) -> Fitted:
        kind, unit = parse_spec(spec)
        config = sequence_config(spec) if self.dataset.of_events else {}
        least = _FEW
        if unit in ("session", "window"):
            least = min(_FEW, max(len(self.dataset.split.holdout.sequences(unit)), 1))
            if least < _FEW and "min_sequences" in kind.config_type.model_fields:
                config["min_sequences"] = 2
        return fit(
            spec,
            self.dataset.split,
            self.dataset.whole,
            seed=self.seed,
            progress=progress,
            config=config,
            least_units=least,
            validated=True,
            resources=self.resources,
        )

    def _verdicts(self, fitted: Fitted, scores: Floats, paper: Bools) -> tuple[Bools, Floats, str]:
        budget = incidents_per_day(self.decide.budget)
        grader = Grader(fitted.calibration, budget, self.decide.incident_gap_seconds)
        p_values = grader.tail.p_values(scores)
        if fitted.validation is None:
            return scores > grader.threshold, p_values, f"budget of {self.decide.budget}"
        rule = fitted.validation.rule()
        what = "the paper's rule" if rule.paper else f"threshold {rule.threshold:.4g}"
        by = "labels" if fitted.validation.by_labels else "spoilt sequences"
        return rule.verdicts(scores, paper), p_values, f"{what}, by {by}: held-out F1 {rule.f1:.3f}"


def _lines(dataset: Dataset, unit: Unit) -> int:
    if unit == "event":
        return sum(map(len, dataset.test.events()))
    sequences = dataset.test.sequences(unit)
    return int(sequences.offsets[-1] - sequences.leads.sum())
