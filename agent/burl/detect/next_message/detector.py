"""The `next_message` detector."""

from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.cache import Memory, ScoreCache
from burl.detect.next_message.config import NextMessageConfig
from burl.detect.reasons import Prediction, Reason
from burl.detect.symbol_model import SymbolModel, TrainingWindows, Windows, came
from burl.receive.batch import Ints
from burl.window import Sequences, Unit

Floats = npt.NDArray[np.float64]

_HIGHEST = 20.0
"""-log10 of the smallest probability told apart; also that of an event never seen, when it counts."""
_MAX_PREDICTIONS = 1_000
"""Explained windows that are remembered: sequences of a kind mostly go wrong at the same ones."""
_DIGITS = 6
"""Scores are rounded: float32 sums differ in the last bits with the size of the batch they were part of."""


class _Judged(NamedTuple):
    """Messages of some sequences, in order of sequence: -log10 of their probability, and if unplaced."""

    rows: Ints
    positions: Ints
    surprise: Floats
    unplaced: npt.NDArray[np.bool_]


class NextMessage(Detector):
    """A recurrent network on sequences of message types, and people for what it cannot place.

    A GRU (Cho et al., EMNLP 2014) predicts the type of the next message from the last h. A message that is
    not among the `candidates` most probable is *unplaced*: nobody but a person can say whether it is an
    anomaly or a new normal. Findings with such a message carry `unplaced: true` in their detail; the verdict
    loop asks for these first and learns the new normals.

    The raw score of a sequence is the root mean square of -log10 of the probabilities of its messages. It
    lies between the largest, which alone decides short sessions, and the mean, which alone tells long traces
    of system calls apart (area under the ROC curve on ADFA-LD: of the largest .50, the mean .72, this .68).

    Choices beyond the sources: distinct windows, each counted once; part of the history is hidden while
    training (`hide`), so that interleavings that never came are not all odd; start, end and padding as in
    `deeplog`. HDFS (split of DeepLog's authors), three seeds: F1 of the rule .97 with 7 candidates, .96-.97
    with 6 and 8.
    """

    name: ClassVar[str] = "next_message"
    config_type: ClassVar[type[DetectorConfig]] = NextMessageConfig
    units: ClassVar[tuple[Unit, ...]] = ("session", "window")
    kinds: ClassVar[tuple[str, ...]] = ("sequence",)
    config: NextMessageConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`."""
        super().__init__(unit, config, seed)
        self._model: SymbolModel | None = None
        self._cache = ScoreCache(self.config.max_cached)
        self._predictions: Memory[bytes, Prediction] = Memory(_MAX_PREDICTIONS)

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Learn from all sequences; without a kind that is common enough, learn nothing."""
        config = self.config
        windows = TrainingWindows.of(
            corpus.sequences(self.unit),
            config.history,
            config.min_sequences,
            config.network.max_windows,
            self.seed,
        )
        if windows is None:
            return
        from burl.detect.next_message.training import train  # torch is for training only

        network = train(windows, config.network, self.seed, progress)
        self._model = SymbolModel(windows.vocabulary, windows.symbols, network, config.history)

    def export(self, directory: Path) -> None:
        """Write the model, if anything was learnt."""
        if self._model:
            self._model.save(directory)

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        if any(directory.iterdir()):
            detector._model = SymbolModel.load(directory, detector.config.history)
        return detector

    def score(self, units: Units) -> Scores:
        """Score each sequence; 0 where its kind was not in training, or nothing in it is known."""
        sequences = _sequences(units)
        values, positions, decisive = self._scores(sequences)
        return Scores(values, np.arange(len(sequences)), positions, decisive)

    def _scores(self, sequences: Sequences) -> tuple[Floats, Ints, npt.NDArray[np.bool_]]:
        """Return the score of each sequence, the position of its worst message, whether any is unplaced."""
        values, decisive = np.zeros(len(sequences)), np.zeros(len(sequences), dtype=np.bool_)
        positions = np.minimum(sequences.offsets[:-1] + sequences.leads, sequences.offsets[1:] - 1)
        if self._model:
            judged = self._judge(self._model, sequences)
            counts = np.bincount(judged.rows, minlength=len(sequences))
            squares = np.bincount(judged.rows, judged.surprise**2, minlength=len(sequences))
            values[:] = np.sqrt(squares / np.maximum(counts, 1)).round(_DIGITS)
            decisive[judged.rows[judged.unplaced]] = True
            worst = _worst(judged)
            positions[judged.rows[worst]] = judged.positions[worst]
        return values, positions, decisive

    def explain(self, units: Units, row: int) -> Explanation:
        """Say what was expected at the least probable message, what came, and whether it is unplaced."""
        one = _sequences(units).take(np.array([row]))
        _values, positions, decisive = self._scores(one)
        reason = Reason(one, 0, int(positions[0]), bool(decisive[0]))
        found = self._explained(one, reason)
        found.detail = {**found.detail, "unplaced": reason.decisive}
        return found

    def _explained(self, one: Sequences, reason: Reason) -> Explanation:
        model = self._model
        if model is None or one.kinds[0] not in model.symbols.kinds:
            return reason.unjudged()
        judged = model.contexts(one)
        if reason.position in self._unseen(model, one)[1] or not len(judged):
            return reason.unseen()
        worst = int(np.argmax(np.abs(self._cache.scores(judged.windows, self._verdicts))))
        window = judged.windows[worst]
        predicted = self._predictions.value(
            window.tobytes(),
            lambda: Prediction.of(window, model.outputs(window[None])[0], model.vocabulary),
        )
        return reason.improbable(predicted, model.vocabulary)

    def _judge(self, model: SymbolModel, sequences: Sequences) -> _Judged:
        known = model.contexts(sequences)
        verdicts = self._cache.scores(known.windows, self._verdicts) if len(known) else np.empty(0)
        rows, positions = self._unseen(model, sequences)
        judged = _Judged(
            np.concatenate([known.rows, rows]),
            np.concatenate([known.positions, positions]),
            np.concatenate([np.abs(verdicts), np.full(len(rows), _HIGHEST)]),
            np.concatenate([verdicts < 0, np.ones(len(rows), dtype=np.bool_)]),
        )
        order = np.lexsort((judged.positions, judged.rows))
        return _Judged(
            judged.rows[order], judged.positions[order], judged.surprise[order], judged.unplaced[order]
        )

    def _unseen(self, model: SymbolModel, sequences: Sequences) -> tuple[Ints, Ints]:
        """Return sequence and position of events never seen in training, where they count."""
        if self.config.unseen == "ignore":
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        return model.unseen(sequences)

    def _verdicts(self, windows: Windows) -> Floats:
        """Return -log10 of the probability of what came; below 0 where it is unplaced, so one cache does."""
        if self._model is None:
            raise ValueError("next_message has learnt nothing that it could judge windows by")
        logs = self._model.outputs(windows)
        surprise = np.clip(came(logs, windows)[:, 0].astype(np.float64) / -np.log(10.0), 0.0, _HIGHEST)
        is_unplaced = np.count_nonzero(logs > came(logs, windows), axis=1) >= self.config.candidates
        rounded: Floats = np.round(np.where(is_unplaced, -surprise, surprise), _DIGITS)
        return rounded


def _worst(judged: _Judged) -> Ints:
    """Return the index of the most surprising message of each sequence, the first of equals."""
    order = np.lexsort((np.arange(len(judged.rows)), -judged.surprise, judged.rows))
    _, firsts = np.unique(judged.rows[order], return_index=True)
    found: Ints = order[firsts]
    return found


def _sequences(units: Units) -> Sequences:
    if not isinstance(units, Sequences):
        raise TypeError(f"next_message scores sequences, not {type(units).__name__}")
    return units
