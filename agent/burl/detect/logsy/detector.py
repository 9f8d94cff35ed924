"""The `logsy` detector."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from burl.detect.base import DetectorConfig, Explanation, Progress
from burl.detect.embeddings import start_vectors
from burl.detect.lines import Examples, Lexicon, LineDetector, Scorer
from burl.detect.lines.scorer import NetworkScorer
from burl.detect.logsy.config import LogsyConfig
from burl.errors import InputError

_LEAST_AUXILIARY = 20


class Logsy(LineDetector):
    """Logsy (Nedelkoski, Bogatinovski, Acker, Cardoso, Kao, ICDM 2020, arXiv 2008.09340).

    A self-attentive encoder reads the words of a line behind a CLS vector; the hyperspherical loss draws
    normal lines to the centre and pushes lines of *other* systems away, which stand for all that is not
    normal here. The score is the squared norm of the CLS vector. The paper's rule: farther from the centre
    than where normal and not normal are as likely, which by the loss is ln 2.

    The other systems are those of `burl train --auxiliary`, else nginx, PostgreSQL, Redis, Celery and a web
    shop, which are shipped. Their lines that the target writes, too, are left out; words that one line of
    theirs has alone are unknown words. Beyond the paper, normal lines that were spoilt are pushed away, too:
    see `burl.detect.logsy.training_negatives`.

    Good at: new kinds of lines, also of known words, without labels. Bad at: normal lines that are new, most
    of which it reports, and what is odd in a line that was normal.
    """

    name: ClassVar[str] = "logsy"
    config_type: ClassVar[type[DetectorConfig]] = LogsyConfig
    kinds: ClassVar[tuple[str, ...]] = ("semantic",)
    limit: ClassVar[float] = float(np.log(2.0))
    config: LogsyConfig

    def learn(self, examples: Examples, progress: Progress) -> tuple[Lexicon, Scorer]:
        """Return the network. Raises InputError when no line has words, or too few are of other systems."""
        if not examples.phrases:
            raise InputError("logsy learns words of normal lines; no training line holds any")
        others = Examples.of_texts(self._resources.auxiliary or shipped_lines()).without(examples.phrases)
        if len(others.phrases) < _LEAST_AUXILIARY:
            raise InputError(
                f"logsy learns what is not normal from lines of other systems; {len(others.phrases)} kinds of"
                f" lines are too few, it takes {_LEAST_AUXILIARY}: give other ones by --auxiliary"
            )
        others = others.first(self.config.max_auxiliary)
        lexicon = self._lexicon(examples, others)
        known = self._resources.vectors()
        phrases = [*examples.phrases, *others.phrases]
        from burl.detect.logsy.training import Lines, train  # torch is for training only

        lines = Lines(
            normal=lexicon.rows(examples.phrases),
            weights=examples.normal,
            other=lexicon.rows(others.phrases),
            start=start_vectors(lexicon.words, known, phrases),
            frozen=known is not None,
        )
        return lexicon, NetworkScorer([train(lines, self.config, self.seed, progress)], _squared_norm)

    def _lexicon(self, normal: Examples, others: Examples) -> Lexicon:
        """Return the words of normal lines, and those that several lines of other systems share."""
        lexicon = Lexicon.of(normal.phrases, self.config.max_vocabulary, self.config.max_words)
        return lexicon.extended(others.shared_words())

    @classmethod
    def load_scorer(cls, directory: Path) -> Scorer:
        """Read the network. Raises BundleError."""
        return NetworkScorer.load(directory, _squared_norm)

    def why(self, line: str, score: float, weighty: str) -> Explanation:
        """Say that the line reads like none that is normal here."""
        because = f"; what weighed most: {weighty}" if weighty else ""
        return Explanation(
            "semantic",
            f"'{line}' reads unlike the lines that are normal here (distance {score:.3g} from their centre,"
            f" normal is below {self.limit:.2g}){because}",
            expected_value=self.limit,
            actual_value=score,
        )


def _squared_norm(outputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the distance of the one network's vectors from the centre."""
    distances: npt.NDArray[np.float32] = np.square(outputs[0]).sum(axis=1)
    return distances


@cache
def shipped_lines() -> tuple[str, ...]:
    """Return the masked lines of other systems that come with Burl."""
    text = (files("burl.detect.logsy") / "auxiliary.json").read_text(encoding="utf-8")
    return tuple(json.loads(text))
