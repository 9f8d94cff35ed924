"""How many events are misclassified in clean windows, and how far a window is from that."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clean:
    """Misclassification in clean windows of one kind of sequence.

    Attributes:
        mean: misclassified share of all events.
        variance: of that share between windows, beyond what chance makes in windows of their length.
    """

    mean: float
    variance: float

    @classmethod
    def of(cls, wrong: Ints, judged: Ints) -> Self:
        """Return the statistics of windows with `wrong` of `judged` events misclassified."""
        mean = float((wrong.sum() + 1) / (judged.sum() + 2))
        chance = mean * (1 - mean) * float((1 / judged).mean())
        return cls(mean, max(float((wrong / judged).var()) - chance, 0.0))

    def deviation(self, judged: Floats | float) -> Any:
        """Return the standard deviation of the share in a window of `judged` events."""
        return np.sqrt(self.variance + self.mean * (1 - self.mean) / judged)

    def distances(self, wrong: Ints, judged: Ints) -> Floats:
        """Return how many standard deviations windows are above the mean."""
        distances: Floats = (wrong / judged - self.mean) / self.deviation(judged.astype(np.float64))
        return distances

    def limit(self, judged: int, deviations: float) -> float:
        """Return the share above which the paper's rule calls a window of `judged` events abnormal."""
        return self.mean + deviations * float(self.deviation(float(judged)))

    def to_json(self) -> dict[str, float]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError when `data` is none."""
        clean = cls(float(data["mean"]), float(data["variance"]))
        if not (0 < clean.mean < 1 and math.isfinite(clean.variance) and clean.variance >= 0):
            raise ValueError(f"{data} are no statistics of clean windows")
        return clean
