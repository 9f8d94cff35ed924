"""The `pca` detector."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from burl.detect.base import DetectorConfig
from burl.detect.counts import CountConfig, CountDetector, CountModel, Floats, Judged
from burl.detect.counts.model import Arrays
from burl.detect.pca.config import PcaConfig
from burl.detect.pca.subspace import Subspace

_ROUNDING = 1e-6
"""Multiples of the limit below which an error is rounding, not distance."""


@dataclass(frozen=True, slots=True)
class _Model:
    score: Subspace
    paper: Subspace

    def judge(self, counts: Floats) -> Judged:
        errors = self.score.errors(counts)
        return Judged(
            scores=np.where(errors > _ROUNDING, errors, 0.0),
            decisive=self.paper.errors(counts) > 1,
            expected=self.score.expected(counts),
        )

    def arrays(self) -> Arrays:
        return self.score.arrays("score") | self.paper.arrays("paper")


class Pca(CountDetector):
    """PCA on event counts (Xu et al., *Detecting Large-Scale System Problems*, SOSP 2009).

    Counts of normal sequences lie near a subspace of few dimensions, as events come in fixed proportions; the
    squared distance to it is the score, as a multiple of the limit of the Q-statistic. The paper's rule
    (`decisive`): TF-IDF counts, 95 % of the variance, the limit at .999. The score uses logarithms of counts
    and 99 %: on HDFS (split of DeepLog's authors) the paper's form gives F1 .63, this one .98.

    Good at: proportions that break, in sessions of fixed steps. Bad at: order, and what never varies in
    number. Cost: one product of matrices; memory: (dimensions + 2) x templates.
    """

    name: ClassVar[str] = "pca"
    config_type: ClassVar[type[DetectorConfig]] = PcaConfig
    config: PcaConfig

    def learn(self, counts: Floats, labels: npt.NDArray[np.bool_] | None) -> CountModel:
        """Return both subspaces; labels are not used."""
        del labels
        log, confidence = self.config.weighting == "log", self.config.confidence
        score = Subspace.of(counts, is_log=log, variance=self.config.variance, confidence=confidence)
        paper = Subspace.of(counts, is_log=False, variance=self.config.paper_variance, confidence=confidence)
        return _Model(score, paper)

    @classmethod
    def model_of(cls, arrays: Arrays, config: CountConfig) -> CountModel:
        """Return the model of its arrays."""
        del config
        return _Model(Subspace.from_arrays(arrays, "score"), Subspace.from_arrays(arrays, "paper"))
