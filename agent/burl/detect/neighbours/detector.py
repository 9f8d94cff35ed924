"""The `neighbours` detector."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from burl.detect.base import DetectorConfig
from burl.detect.counts import CountConfig, CountDetector, CountModel, Floats, Judged
from burl.detect.counts.matrix import portions
from burl.detect.counts.model import Arrays
from burl.detect.neighbours.config import NeighboursConfig
from burl.detect.neighbours.nearest import Nearest

_TIE = 1e-6
"""What decides between two classes that hold the same vector: which of them holds it more often."""


@dataclass(frozen=True, slots=True)
class _Model:
    """`gap` is the paper's limit where there are no labels: no normal vector was further from the others."""

    normal: Nearest
    anomalous: Nearest | None
    gap: float

    def judge(self, counts: Floats) -> Judged:
        parts = [self._judge(counts[rows]) for rows in self._portions(len(counts))]
        return Judged(
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.decisive for part in parts]),
            np.concatenate([part.expected for part in parts]),
        )

    def _portions(self, count: int) -> list[npt.NDArray[np.int64]]:
        """Distances to all vectors are held at once: cut by their number."""
        known = len(self.normal.vectors) + (len(self.anomalous.vectors) if self.anomalous else 0)
        return list(portions(np.arange(count), known)) or [np.empty(0, dtype=np.int64)]

    def _judge(self, counts: Floats) -> Judged:
        distances, rows = self.normal.find(counts)
        expected = self.normal.vectors[rows]
        if self.anomalous is None:
            return Judged(distances, distances > self.gap, expected)
        odd_distances, odd_rows = self.anomalous.find(counts)
        odd, normal = self.anomalous.copies[odd_rows], self.normal.copies[rows]
        scores = (distances + _TIE * odd / (odd + normal)) / (distances + odd_distances + _TIE)
        # What is known to be normal and is like nothing anomalous is not odd at all.
        scores[(distances == 0) & (odd_distances > 0)] = 0.0
        return Judged(scores, scores > 0.5, expected)  # nearer to one class than to the other

    def arrays(self) -> Arrays:
        arrays = {"vectors": self.normal.vectors, "copies": self.normal.copies, "gap": np.array([self.gap])}
        if self.anomalous is not None:
            arrays |= {"odd_vectors": self.anomalous.vectors, "odd_copies": self.anomalous.copies}
        return arrays


class Neighbours(CountDetector):
    """The nearest neighbour, as in LightAD (Yu et al., *Deep Learning or Classical ML?*, ICSE 2024).

    Without labels the score is the distance to the nearest normal count vector, and the rule is that no
    normal one of training was further from its nearest. With labels it is the distance to the nearest normal
    one against that to the nearest anomalous one, from 0 to 1, and the paper's rule is the nearer class.

    Good at: whatever changes the number of events; nothing to tune. Bad at: order; data with endless variety.
    Cost: a product with all kept vectors; memory: vectors x templates x 8 bytes.
    """

    name: ClassVar[str] = "neighbours"
    config_type: ClassVar[type[DetectorConfig]] = NeighboursConfig
    kinds: ClassVar[tuple[str, ...]] = ("sequence", "supervised")
    uses_labels: ClassVar[bool] = True
    config: NeighboursConfig

    def learn(self, counts: Floats, labels: npt.NDArray[np.bool_] | None) -> CountModel:
        """Return the distinct vectors of each class; of one class only when the other is empty."""
        odd = np.zeros(len(counts), dtype=np.bool_) if labels is None else labels
        normal = Nearest.of(counts[~odd] if not odd.all() else counts[:1] * 0, self.config.max_vectors)
        if not odd.any():
            return _Model(normal, None, normal.largest_gap())
        return _Model(normal, Nearest.of(counts[odd], self.config.max_vectors), 0.0)

    @classmethod
    def model_of(cls, arrays: Arrays, config: CountConfig) -> CountModel:
        """Return the model of its arrays."""
        del config
        plain = {name: value.astype(np.float64) for name, value in arrays.items()}
        anomalous = Nearest(plain["odd_vectors"], plain["odd_copies"]) if "odd_vectors" in plain else None
        return _Model(Nearest(plain["vectors"], plain["copies"]), anomalous, float(plain["gap"][0]))
