"""The `glove_mean` detector."""

from pathlib import Path
from typing import ClassVar

import numpy as np

from burl.detect.base import DetectorConfig, Explanation, Progress
from burl.detect.embeddings import start_vectors
from burl.detect.glove_mean.config import GloveMeanConfig
from burl.detect.glove_mean.dense import MeanDense, descend, means
from burl.detect.lines import Examples, Lexicon, LineDetector, Scorer
from burl.detect.lines.lexicon import FIRST
from burl.detect.lines.supervised import class_weights, labelled, lexicon_of, supervised_reason

_LEAST_SPREAD = 1e-6


class GloveMean(LineDetector):
    """Word vectors, their mean, one dense sigmoid unit with an L1 penalty: a line is abnormal or not.

    The vectors are GloVe's (Pennington, Socher, Manning, EMNLP 2014) where they were imported, else learnt
    from the logs. The paper's rule is a probability over one half. Choices beyond it: words are split as
    `burl.detect.tokens` says, each direction of the mean is scaled by its spread, distinct lines count by
    the logarithm of their number, both classes weigh the same, and the convex loss is minimised exactly
    instead of by a number of epochs.

    Good at: labelled lines whose words tell; learns in seconds. Bad at: order of words, negation.
    """

    name: ClassVar[str] = "glove_mean"
    config_type: ClassVar[type[DetectorConfig]] = GloveMeanConfig
    kinds: ClassVar[tuple[str, ...]] = ("supervised",)
    uses_labels: ClassVar[bool] = True
    needs_labels: ClassVar[bool] = True
    limit: ClassVar[float] = float(np.log10(2.0))
    config: GloveMeanConfig

    def learn(self, examples: Examples, progress: Progress) -> tuple[Lexicon, Scorer]:
        """Return the unit. Raises InputError when one class is missing."""
        labelled(self.name, examples)
        known = self._resources.vectors()
        lexicon = lexicon_of(examples.phrases, known, self.config)
        start = start_vectors(lexicon.words, known, examples.phrases).astype(np.float64)
        vectors = np.concatenate([np.zeros((FIRST, start.shape[1])), start])
        raw = means(lexicon.rows(examples.phrases), vectors)
        spread = np.maximum(raw.std(axis=0), _LEAST_SPREAD)
        x = raw / spread
        shares = class_weights(examples, self.config.abnormal_share)
        y = np.repeat([0.0, 1.0], len(x))
        weights, bias = descend(
            np.concatenate([x, x]),
            y,
            shares.T.ravel(),
            l1=self.config.l1,
            max_steps=self.config.max_steps,
            progress=progress,
        )
        return lexicon, MeanDense(vectors, weights / spread, bias)

    @classmethod
    def load_scorer(cls, directory: Path) -> Scorer:
        """Read the unit. Raises BundleError."""
        return MeanDense.load(directory)

    def why(self, line: str, score: float, weighty: str) -> Explanation:
        """Say how probable it is that the line is abnormal."""
        return supervised_reason(line, score, weighty)
