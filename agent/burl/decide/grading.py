"""One grade for all detectors: 0 is normal, 1 is as odd as it gets (design.md, decision 9)."""

from dataclasses import dataclass

import numpy as np

from burl.decide.calibration import Calibration, Floats

_EXPONENT = 0.25


@dataclass(frozen=True, slots=True)
class Grader:
    """Grades of one detector under its share of the alert budget.

    Attributes:
        threshold: raw score above which the grade is positive.
        p_budget: p-value at the threshold.
    """

    calibration: Calibration
    threshold: float
    p_budget: float

    @classmethod
    def of(cls, calibration: Calibration, incidents_per_day: float) -> "Grader":
        """Make the grader that spends `incidents_per_day` false incidents on this detector."""
        threshold = calibration.threshold(incidents_per_day)
        return cls(calibration, threshold, float(calibration.p_values(np.array([threshold]))[0]))

    def grades(self, scores: Floats) -> Floats:
        """Return 0 up to the threshold, then 1 - (p / p_budget)^0.25, in [0, 1]."""
        grades = np.zeros(len(scores))
        above = scores > self.threshold
        if above.any():
            p = self.calibration.p_values(scores[above])
            grades[above] = np.clip(1 - (p / self.p_budget) ** _EXPONENT, 1e-4, 1.0)
        return grades

    def p_value(self, score: float) -> float:
        """Return the p-value of one score."""
        return float(self.calibration.p_values(np.array([score]))[0])
