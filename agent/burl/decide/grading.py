"""One grade for all detectors: 0 is normal, 1 is as odd as it gets (design.md, decision 9)."""

import numpy as np

from burl.decide.calibration import Calibration, Floats, Tail

_EXPONENT = 0.25
_LEAST = 1e-4
"""Grade of what is only just above the threshold: positive, as it is a finding."""


class Grader:
    """Grades of one detector under its share of the alert budget."""

    def __init__(self, calibration: Calibration, incidents_per_day: float, gap_seconds: float) -> None:
        """Args: `incidents_per_day` is the false incidents that this detector may cost."""
        self.tail = Tail(calibration, gap_seconds)
        self.threshold = self.tail.threshold(incidents_per_day)
        self.p_budget = float(self.p_values(np.array([self.threshold]))[0])

    def grades(self, scores: Floats) -> Floats:
        """Return 0 up to the threshold, then 1 - (p / p_budget)^0.25, in [0, 1]."""
        grades = np.zeros(len(scores))
        above = scores > self.threshold
        if above.any():
            p = self.tail.p_values(scores[above])
            grades[above] = np.clip(1 - (p / self.p_budget) ** _EXPONENT, _LEAST, 1.0)
        return grades

    def p_values(self, scores: Floats) -> Floats:
        """Return the p-value of each score."""
        return self.tail.p_values(scores)
