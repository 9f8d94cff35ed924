"""The portions in which a detector is asked about a whole corpus."""

from collections.abc import Iterable, Iterator

from burl.detect.base import Corpus, Detector, Scores, Units
from burl.window import Unit


def parts_of(corpus: Corpus, unit: Unit) -> list[Units]:
    """Return all units of a corpus in the portions in which a detector gets them, in order."""
    if unit == "event":
        return list(corpus.events())
    if unit == "interval":
        return list(corpus.intervals())
    return [corpus.sequences(unit)]


def score_parts(detector: Detector, parts: Iterable[Units]) -> Iterator[tuple[Units, Scores]]:
    """Score one portion after the other; `explain` may be asked of each before the next.

    An online detector learns from them.
    """
    for units in parts:
        yield units, detector.score(units)
