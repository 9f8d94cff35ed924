"""The contract between a detector of event counts and its model of one kind of sequence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Arrays = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a model says of `n` count vectors of `width` events.

    Attributes:
        scores: (n,), finite, 0 where nothing is odd.
        decisive: (n,), the verdict of the paper's own rule.
        expected: (n, width), the counts that would have been normal.
    """

    scores: Floats
    decisive: npt.NDArray[np.bool_]
    expected: Floats


class CountModel(Protocol):
    """What is normal for one kind of sequence."""

    def judge(self, counts: Floats) -> Judged:
        """Judge count vectors (n, width); the last column counts events never seen in training."""
        ...

    def arrays(self) -> Arrays:
        """Return plain arrays that the model can be made of again."""
        ...
