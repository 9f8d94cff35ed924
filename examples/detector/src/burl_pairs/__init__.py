"""A detector in one file: an event that never followed the event before it, in normal logs, is odd."""

import json
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from burl.detect import Detector, DetectorConfig, Explanation, Scores
from burl.detect.base import Corpus, Progress, Units
from burl.errors import BundleError
from burl.window import Sequences
from burl.window.units import Unit

FILE = "pairs.json"


class Pairs(Detector):
    """Counts in each window the pairs of neighbours that training never saw."""

    name: ClassVar[str] = "pairs"
    units: ClassVar[tuple[Unit, ...]] = ("window", "session")
    kinds: ClassVar[tuple[str, ...]] = ("sequence",)

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        super().__init__(unit, config, seed)
        self._known: set[tuple[str, str]] = set()

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Remember all pairs. Templates are named by their ids, which are the same on every machine."""
        sequences = corpus.sequences(self.unit)
        for i in range(len(sequences)):
            self._known.update(_pair(sequences, at) for at in _judged(sequences, i))
            progress("pairs", (i + 1) / len(sequences))

    def export(self, directory: Path) -> None:
        """Write JSON: a bundle holds no code, and no pickles."""
        (directory / FILE).write_text(json.dumps(sorted(self._known)), "utf-8")

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote."""
        detector = cls(unit, config)
        try:
            pairs = json.loads((directory / FILE).read_text("utf-8"))
            detector._known = {(before, after) for before, after in pairs}
        except (OSError, ValueError, TypeError) as error:
            raise BundleError(f"{directory / FILE}: {error}") from error
        return detector

    def score(self, units: Units) -> Scores:
        """Return for each sequence how many pairs are new, and where the first of them is."""
        sequences = _sequences(units)
        odd = [self._new(sequences, i) for i in range(len(sequences))]
        first = [where[0] if where else int(sequences.offsets[i + 1]) - 1 for i, where in enumerate(odd)]
        return Scores(
            values=np.array([len(where) for where in odd], dtype=np.float64),
            rows=np.arange(len(sequences)),
            positions=np.array(first, dtype=np.int64),
        )

    def explain(self, units: Units, row: int) -> Explanation:
        """Say which event came, and after which."""
        sequences = _sequences(units)
        at = self._new(sequences, row)[0]
        before, came = int(sequences.templates[at - 1]), int(sequences.templates[at])
        text = sequences.catalogue
        return Explanation(
            kind="sequence",
            reason=f'"{text[came].text}" never followed "{text[before].text}" in training.',
            template=came,
        )

    def _new(self, sequences: Sequences, i: int) -> list[int]:
        return [at for at in _judged(sequences, i) if _pair(sequences, at) not in self._known]


def _judged(sequences: Sequences, i: int) -> range:
    """Return the flat positions of sequence `i` that have an event before them; its history is not judged."""
    start = int(sequences.offsets[i]) + max(int(sequences.leads[i]), 1)
    return range(start, int(sequences.offsets[i + 1]))


def _pair(sequences: Sequences, at: int) -> tuple[str, str]:
    before, after = sequences.templates[at - 1], sequences.templates[at]
    return sequences.catalogue[int(before)].id, sequences.catalogue[int(after)].id


def _sequences(units: Units) -> Sequences:
    if not isinstance(units, Sequences):
        raise TypeError(f"pairs scores windows and sessions, not {type(units).__name__}")
    return units
