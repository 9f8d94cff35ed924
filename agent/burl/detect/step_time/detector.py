"""The `step_time` detector."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.step_time.config import StepTimeConfig
from burl.detect.step_time.steps import Floats, Steps, Taken, taken
from burl.detect.vocabulary import Vocabulary
from burl.receive.batch import Ints
from burl.window import Sequences, Unit

_DIGITS = 6


class StepTime(Detector):
    """Finds sessions of which a step takes far longer than it ever does.

    A step is an event right after another one of the same service. Of each, training knows the times that are
    usual (a quantile, so that a slow one does no harm), and how fast their tail falls (Hill, Annals of
    Statistics 3, 1975). The raw score is by how many decades a time as long as that of the slowest step is
    rarer than its limit, `slack` times the longest of the usual. It is the elapsed time of DeepLog's
    parameter-value model (Du et al., CCS 2017) within a session, where it does not depend on how much is
    going on; steps spread over decades, so a limit stands where a Gaussian interval would not hold.
    """

    name: ClassVar[str] = "step_time"
    config_type: ClassVar[type[DetectorConfig]] = StepTimeConfig
    units: ClassVar[tuple[Unit, ...]] = ("session",)
    kinds: ClassVar[tuple[str, ...]] = ("sequence",)
    needs_times: ClassVar[bool] = True
    skipped_checks: ClassVar[Mapping[str, str]] = {
        "check_better_than_chance": "what goes wrong in these orders is what comes, not when",
        "check_explanations": "the same",
    }
    config: StepTimeConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`; nothing here is random, so `seed` changes nothing."""
        super().__init__(unit, config, seed)
        self._vocabulary = Vocabulary([])
        self._steps = Steps.none()

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Learn how long the steps of all sessions take."""
        sequences = corpus.sequences(self.unit)
        self._vocabulary = Vocabulary.of(sequences.templates, sequences.catalogue)
        self._steps = Steps.learn(self._taken(sequences), self.config)
        progress("step_time", 1.0)

    def export(self, directory: Path) -> None:
        """Write the vocabulary as JSON, the steps as npz."""
        self._vocabulary.save(directory / "vocabulary.json")
        self._steps.save(directory / "steps.npz")

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        detector._vocabulary = Vocabulary.load(directory / "vocabulary.json")
        detector._steps = Steps.load(directory / "steps.npz")
        return detector

    def score(self, units: Units) -> Scores:
        """Score each session by its slowest step; the step's second event is the one named."""
        sequences = _sequences(units)
        values = np.zeros(len(sequences), dtype=np.float64)
        positions = np.minimum(sequences.offsets[:-1] + sequences.leads, sequences.offsets[1:] - 1)
        found = self._taken(sequences)
        excess, _ = self._excess(found)
        for at in np.flatnonzero(excess > 0).tolist():
            if excess[at] > values[found.rows[at]]:
                values[found.rows[at]], positions[found.rows[at]] = excess[at], found.positions[at]
        return Scores(values, np.arange(len(sequences)), positions)

    def explain(self, units: Units, row: int) -> Explanation:
        """Say which step of session `row` was slow, and how long it usually takes."""
        one = _sequences(units).take(np.array([row]))
        subject = f"{one.kinds[0]} {one.keys[0]}"
        found = self._taken(one)
        excess, steps = self._excess(found)
        if not (excess > 0).any():
            return Explanation("sequence", f"{subject}: none of its steps was slow")
        at = int(excess.argmax())
        first, second = (
            one.catalogue[int(one.templates[found.positions[at] + back])].text for back in (-1, 0)
        )
        seconds, median = float(found.seconds[at]), float(self._steps.medians[steps[at]])
        longest = float(self._steps.longest[steps[at]])
        return Explanation(
            kind="sequence",
            reason=f"{subject}: {second!r} came {seconds:.3g} s after {first!r}, which usually takes"
            f" {median:.2g} s and hardly ever more than {longest:.2g} s",
            template=int(one.templates[found.positions[at]]),
            expected_value=median,
            actual_value=seconds,
            start_ns=int(one.times_ns[found.positions[at] - 1]),
            end_ns=int(one.times_ns[found.positions[at]]),
            detail={"rule": "step time", "longest_seconds": longest},
        )

    def _taken(self, sequences: Sequences) -> Taken:
        dense = self._vocabulary.encode(sequences.templates, sequences.catalogue)
        streams = sequences.streams
        services = streams if self._streams is None else self._streams.services_of(streams)
        return taken(sequences, dense, services, len(self._vocabulary))

    def _excess(self, found: Taken) -> tuple[Floats, Ints]:
        """Return by how many decades each step is rarer than its limit, and which of those known it is."""
        steps, known = self._steps.rows(found.keys)
        if not known.any():
            return np.zeros(len(found.keys)), steps
        limits = np.maximum(self.config.slack * self._steps.longest[steps], self.config.min_seconds)
        excess = np.log10(np.maximum(found.seconds, 1e-9) / limits) * self._steps.indexes[steps]
        return np.where(known, np.maximum(excess, 0.0), 0.0).round(_DIGITS), steps


def _sequences(units: Units) -> Sequences:
    if not isinstance(units, Sequences):
        raise TypeError(f"step_time judges sequences, not {type(units).__name__}")
    return units
