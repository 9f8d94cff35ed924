"""The `dream` detector."""

from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.contexts import Symbols
from burl.detect.dream.clean import Clean
from burl.detect.dream.config import DreamConfig
from burl.detect.dream.model import DreamModel, missed, totals
from burl.detect.dream.stretches import Stretches, stretches
from burl.detect.dream.words import Window
from burl.detect.recurrent import Network
from burl.detect.vocabulary import Vocabulary
from burl.window import Sequences, Unit

_HELD_OUT = 5
"""One window in so many is clean ground that the network has not learnt from."""
_DIGITS = 6


class Dream(Detector):
    """DReAM: deep recursive attentive model (Ezeme, Mahmoud, Azim, IEEE Access 7, 2019).

    A GRU encoder reads 5 events, a GRU decoder with attention says the next 5; an event is a (class, event)
    pair, which is one template here. A window of 1000 events is abnormal when the share of misclassified
    events exceeds mean + 3 standard deviations over clean windows. The raw score of a sequence is the
    distance of its worst window from that mean, in standard deviations.

    The paper leaves open, or needs for other data than long traces:

    - the first events of a sequence are predicted, too, from a START; a session's END is an event. A trace
      shorter than a window is one window; a rest shorter than half a window belongs to the one before.
    - the decoder sees the context and its own state, not the events before: they are not known in advance.
    - the clean windows: one in five, which the network has not learnt from. Their deviation is corrected for
      length: in a window of 20 events more is chance than in one of 1000.
    - events never seen in training: left out; misclassified when `unseen` says so.

    Good at a process that does something else for a while, blind to a single odd event in a long window.
    """

    name: ClassVar[str] = "dream"
    config_type: ClassVar[type[DetectorConfig]] = DreamConfig
    units: ClassVar[tuple[Unit, ...]] = ("session", "window")
    kinds: ClassVar[tuple[str, ...]] = ("sequence",)
    config: DreamConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`."""
        super().__init__(unit, config, seed)
        self._model: DreamModel | None = None

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Learn from all kinds that are common enough; an exception leaves what was learnt as it was."""
        sequences = corpus.sequences(self.unit)
        names, counts = np.unique(np.array(sequences.kinds, dtype=object), return_counts=True)
        kinds = tuple(
            str(k) for k, count in zip(names, counts, strict=True) if count >= self.config.min_sequences
        )
        if not kinds:
            return
        from burl.detect.dream.training import train  # torch is for training only

        vocabulary = Vocabulary.of(sequences.templates, sequences.catalogue)
        symbols = Symbols(len(vocabulary), kinds)
        dense = vocabulary.encode(sequences.templates, sequences.catalogue)
        rng = np.random.default_rng(self.seed)
        learnt = stretches(sequences, dense, symbols, self.config, self.config.training_stride)
        held = rng.permutation(len(learnt.rows)) % _HELD_OUT == 0
        if held.all() or not held.any():
            return
        train_on = np.unique(learnt.symbols[~held[learnt.windows]], axis=0)
        most = self.config.network.max_windows
        if len(train_on) > most:
            train_on = train_on[rng.choice(len(train_on), most, replace=False)]
        network = train(train_on, len(symbols), self.config, self.seed, progress)
        judged = stretches(sequences, dense, symbols, self.config, self.config.test_stride)
        clean = _clean(network, judged, held, sequences.kinds, self.config)
        self._model = DreamModel(vocabulary, Symbols(len(vocabulary), kinds), network, clean)

    def export(self, directory: Path) -> None:
        """Write the model, if anything was learnt."""
        if self._model:
            self._model.save(directory)

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        if any(directory.iterdir()):
            detector._model = DreamModel.load(directory, detector.config)
        return detector

    def score(self, units: Units) -> Scores:
        """Score each sequence by its worst window; 0 where its kind was not in training."""
        sequences = _sequences(units)
        values, decisive = np.zeros(len(sequences)), np.zeros(len(sequences), dtype=np.bool_)
        positions = np.minimum(sequences.offsets[:-1] + sequences.leads, sequences.offsets[1:] - 1)
        for window in self._worst(sequences):
            values[window.row] = round(max(window.distance, 0.0), _DIGITS)
            decisive[window.row] = window.distance > self.config.deviations
            positions[window.row] = window.position
        return Scores(values, np.arange(len(sequences)), positions, decisive)

    def explain(self, units: Units, row: int) -> Explanation:
        """Say how many events of the worst window were not as expected, and what the network looked at."""
        one = _sequences(units).take(np.array([row]))
        found = self._worst(one)
        if self._model is None or not found:
            subject = f"{one.kinds[0]} {one.keys[0]}"
            return Explanation("sequence", f"{subject}: none like it was in training, so it is not judged")
        return found[0].explanation(one, self._model, self.config)

    def _worst(self, sequences: Sequences) -> list[Window]:
        """Return the worst window of each sequence that can be judged, in order."""
        model = self._model
        if model is None:
            return []
        found = model.stretches(sequences, self.config)
        wrong = model.missed(found, self.config)
        misses, judged = totals(found, wrong, self.config)
        distances = np.empty(len(found.rows))
        for kind, clean in model.clean.items():
            of_kind = np.array([sequences.kinds[row] == kind for row in found.rows], dtype=np.bool_)
            distances[of_kind] = clean.distances(misses[of_kind], judged[of_kind])
        order = np.lexsort((np.arange(len(distances)), -distances, found.rows))
        rows, firsts = np.unique(found.rows[order], return_index=True)
        return [
            Window.of(int(row), int(window), float(distances[window]), found, wrong)
            for row, window in zip(rows, order[firsts], strict=True)
        ]


def _clean(
    network: Network,
    found: Stretches,
    held: npt.NDArray[np.bool_],
    kinds: list[str],
    config: DreamConfig,
) -> dict[str, Clean]:
    """Return the statistics of the held-out windows of each kind; of all its windows where none is held."""
    misses, judged = totals(found, missed(network, found.symbols, config), config)
    of_window = np.array([kinds[row] for row in found.rows], dtype=object)
    clean = {}
    for kind in sorted(set(of_window.tolist())):
        mine = of_window == kind
        chosen = mine & held if (mine & held).any() else mine
        clean[str(kind)] = Clean.of(misses[chosen], judged[chosen])
    return clean


def _sequences(units: Units) -> Sequences:
    if not isinstance(units, Sequences):
        raise TypeError(f"dream scores sequences, not {type(units).__name__}")
    return units
