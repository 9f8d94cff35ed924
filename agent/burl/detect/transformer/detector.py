"""The `transformer` detector."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from burl.detect.base import DetectorConfig, Explanation, Progress
from burl.detect.embeddings import start_vectors
from burl.detect.lines import Examples, Lexicon, LineDetector, Scorer
from burl.detect.lines.scorer import NetworkScorer
from burl.detect.lines.supervised import class_weights, labelled, lexicon_of, supervised_reason
from burl.detect.transformer.config import TransformerConfig


class Transformer(LineDetector):
    """A small transformer encoder over the words of a line, with a sigmoid head: the heir of `glove_mean`.

    Encoder: Vaswani et al., NeurIPS 2017, normalised before each part; the head reads a CLS vector. Word
    vectors start as in `glove_mean`; imported ones stay as they are, so that a word that training never met
    is read as its neighbours are. The paper's rule is a probability over one half. Words are hidden at random
    while training, distinct lines count by the logarithm of their number, both classes weigh the same. A few
    networks are trained, and the log odds are the mean of theirs.

    Good at: labelled lines where words matter together or in order. Bad at: very few labelled lines.
    """

    name: ClassVar[str] = "transformer"
    config_type: ClassVar[type[DetectorConfig]] = TransformerConfig
    kinds: ClassVar[tuple[str, ...]] = ("supervised",)
    uses_labels: ClassVar[bool] = True
    needs_labels: ClassVar[bool] = True
    limit: ClassVar[float] = float(np.log10(2.0))
    config: TransformerConfig

    def learn(self, examples: Examples, progress: Progress) -> tuple[Lexicon, Scorer]:
        """Return the network. Raises InputError when one class is missing."""
        labelled(self.name, examples)
        known = self._resources.vectors()
        lexicon = lexicon_of(examples.phrases, known, self.config)
        from burl.detect.transformer.training import Labelled, train  # torch is for training only

        lines = Labelled(
            lexicon.rows(examples.phrases),
            class_weights(examples, self.config.abnormal_share),
            start_vectors(lexicon.words, known, examples.phrases),
            frozen=known is not None,
        )
        return lexicon, NetworkScorer(train(lines, self.config, self.seed, progress), _odds)

    @classmethod
    def load_scorer(cls, directory: Path) -> Scorer:
        """Read the network. Raises BundleError."""
        return NetworkScorer.load(directory, _odds)

    def why(self, line: str, score: float, weighty: str) -> Explanation:
        """Say how probable it is that the line is abnormal."""
        return supervised_reason(line, score, weighty)


def _odds(outputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return log10(1 + odds that a line is abnormal) from the log odds that each network gives."""
    odds: npt.NDArray[np.float32] = np.logaddexp(np.float32(0), outputs.mean(axis=0)[:, 0])
    odds /= np.log(np.float32(10))
    return odds
