"""What detectors that learn from labelled lines have in common."""

import numpy as np

from burl.detect.base import Explanation
from burl.detect.embeddings import Embeddings
from burl.detect.lines.config import LineConfig
from burl.detect.lines.lexicon import Lexicon
from burl.detect.lines.phrases import Examples, Phrase, weighted
from burl.detect.lines.scorer import Floats
from burl.errors import InputError


def labelled(name: str, examples: Examples) -> None:
    """Raise InputError when one of the classes is missing."""
    missing = [
        what for what, n in (("normal", examples.normal), ("abnormal", examples.abnormal)) if not n.any()
    ]
    if missing:
        raise InputError(
            f"{name} learns from lines of both classes; no training line is labelled {' or '.join(missing)}"
        )


def lexicon_of(phrases: list[Phrase], known: Embeddings | None, config: LineConfig) -> Lexicon:
    """Return the words of `phrases`, and imported ones that mean nearly the same."""
    lexicon = Lexicon.of(phrases, config.max_vocabulary, config.max_words)
    return lexicon.extended(known.near(lexicon.words, config.neighbours)) if known else lexicon


def class_weights(examples: Examples, abnormal_share: float) -> Floats:
    """Return the weight of each example as normal and as abnormal (n, 2); all sum to 1."""
    weights = weighted([examples.normal, examples.abnormal]).astype(np.float64)
    return np.asarray(weights / weights.sum(axis=0) * [1 - abnormal_share, abnormal_share])


def supervised_reason(line: str, score: float, weighty: str) -> Explanation:
    """Explain log10(1 + odds) as a probability."""
    probability = 1 - 10.0**-score
    because = f"; what weighed most: {weighty}" if weighty else ""
    return Explanation(
        "supervised",
        f"'{line}' reads like lines labelled abnormal (probability {100 * probability:.3g} %){because}",
        detail={"probability_abnormal": round(probability, 6)},
    )
