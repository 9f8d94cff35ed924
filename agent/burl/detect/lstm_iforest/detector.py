"""The `lstm_iforest` detector."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.cache import ScoreCache
from burl.detect.forest import Forest
from burl.detect.lstm_iforest.config import LstmIforestConfig
from burl.detect.lstm_iforest.errors import UNSEEN, Errors, Floats, window_errors
from burl.detect.reasons import Prediction, Reason
from burl.detect.symbol_model import SymbolModel, TrainingWindows
from burl.errors import BundleError
from burl.receive.batch import Ints
from burl.window import Sequences, Unit

_HIGHEST = 1.0
"""The score of a sequence with an event never seen in training, when that counts; a forest's is below."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """What training sequences had: `mse_test` the filter's, `mse` the LSTM's alone, `forest` its score."""

    mse_test: float
    mse: float
    forest: float


class _Learnt(NamedTuple):
    model: SymbolModel
    forest: Forest
    limits: _Limits


class _Judged(NamedTuple):
    errors: Errors
    largest: Floats
    worst: Ints
    scores: Floats
    abnormal: npt.NDArray[np.bool_]


class LstmIforest(Detector):
    """An LSTM filters, an isolation forest judges what is left, in that order.

    First stage: an LSTM predicts the vector of the next message from the last h. A sequence whose largest
    mean squared error is at most `mse_test` is normal: its raw score is 0. Second stage: an isolation forest
    (Liu et al., ICDM 2008), grown on normal sequences only, judges the others; its score is the raw score.
    The sources leave open what the forest sees. On counts of events F1 on HDFS was .75; here it sees the
    LSTM's errors (the three largest, mean, root mean square, sum, how many are high); an event never seen in
    training has none: where it counts, it makes the sequence abnormal without asking. It is grown on distinct
    sequences: grown on all, those that come often hide the others (.86 against .96).

    `contamination` is three standard deviations of a Gaussian; on HDFS (split of DeepLog's authors) F1 of the
    rule is .96 with .003, .93 with .005, .75 with .001. bench/sequence_detectors.py compares the LSTM alone,
    the forest alone, and both.
    """

    name: ClassVar[str] = "lstm_iforest"
    config_type: ClassVar[type[DetectorConfig]] = LstmIforestConfig
    units: ClassVar[tuple[Unit, ...]] = ("session", "window")
    kinds: ClassVar[tuple[str, ...]] = ("sequence",)
    config: LstmIforestConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`."""
        super().__init__(unit, config, seed)
        self._learnt: _Learnt | None = None
        self._cache = ScoreCache(self.config.max_cached)

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Train the LSTM, then grow the forest on its errors; without a common kind learn nothing."""
        config, sequences = self.config, corpus.sequences(self.unit)
        windows = TrainingWindows.of(
            sequences, config.history, config.min_sequences, config.network.max_windows, self.seed
        )
        if windows is None:
            return
        from burl.detect.lstm_iforest.training import grow, train  # torch is for training only

        network = train(windows, config.network, self.seed, progress)
        model = SymbolModel(windows.vocabulary, windows.symbols, network, config.history)
        errors = self._errors(model, sequences)
        present = np.unique(errors.rows)
        features = errors.features(len(sequences))[present]
        forest = grow(features, config.n_estimators, self.seed)
        largest, _ = errors.worst(len(sequences))
        tail = 1 - config.contamination
        limits = _Limits(
            float(np.median(largest[present])) if config.mse_test is None else config.mse_test,
            float(np.quantile(largest[present], tail)),
            float(np.quantile(forest.scores(features), tail)),
        )
        self._learnt = _Learnt(model, forest, limits)

    def export(self, directory: Path) -> None:
        """Write the LSTM, the forest and the limits, if anything was learnt."""
        if self._learnt:
            self._learnt.model.save(directory)
            self._learnt.forest.save(directory / "forest.npz")
            (directory / "limits.json").write_text(json.dumps(asdict(self._learnt.limits)), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        if not any(directory.iterdir()):
            return detector
        model = SymbolModel.load(directory, detector.config.history)
        try:
            data = json.loads((directory / "limits.json").read_text(encoding="utf-8"))
            limits = _Limits(**{str(name): float(limit) for name, limit in data.items()})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise BundleError(f"lstm_iforest in {directory} cannot be read: {error!r}; retrain") from error
        detector._learnt = _Learnt(model, Forest.load(directory / "forest.npz"), limits)
        return detector

    def score(self, units: Units) -> Scores:
        """Score each sequence; 0 where it is filtered, where its kind is new, or nothing in it is known."""
        sequences = _sequences(units)
        positions = np.minimum(sequences.offsets[:-1] + sequences.leads, sequences.offsets[1:] - 1)
        rows = np.arange(len(sequences))
        if self._learnt is None:
            return Scores(np.zeros(len(rows)), rows, positions, np.zeros(len(rows), dtype=np.bool_))
        judged = self._judge(self._learnt, sequences)
        known = judged.worst >= 0
        positions[known] = judged.errors.positions[judged.worst[known]]
        return Scores(judged.scores, rows, positions, judged.abnormal)

    def explain(self, units: Units, row: int) -> Explanation:
        """Say what was expected at the largest error, what came, and what each stage said."""
        one = _sequences(units).take(np.array([row]))
        scores = self.score(one)
        decisive = scores.decisive is not None and bool(scores.decisive[0])
        reason = Reason(one, 0, int(scores.positions[0]), decisive)
        learnt = self._learnt
        if learnt is None or one.kinds[0] not in learnt.model.symbols.kinds:
            return reason.unjudged()
        judged = self._judge(learnt, one)
        found = self._at_worst(learnt.model, one, reason)
        found.expected_value, found.actual_value = learnt.limits.mse_test, float(judged.largest[0])
        found.detail = {
            **found.detail,
            "largest_error": float(judged.largest[0]),
            "mse_test": learnt.limits.mse_test,
            "forest_score": float(learnt.forest.scores(judged.errors.features(1))[0]),
            "forest_limit": learnt.limits.forest,
        }
        return found

    def _at_worst(self, model: SymbolModel, one: Sequences, reason: Reason) -> Explanation:
        known = model.contexts(one)
        if reason.position in self._unseen(model, one)[1] or not len(known):
            return reason.unseen()
        worst = int(np.argmax(self._cache.scores(known.windows, lambda w: window_errors(model, w))))
        window = known.windows[worst]
        predicted = Prediction.of(window, model.outputs(window[None])[0], model.vocabulary)
        return reason.improbable(predicted, model.vocabulary)

    def _judge(self, learnt: _Learnt, sequences: Sequences) -> _Judged:
        errors, limits = self._errors(learnt.model, sequences), learnt.limits
        largest, worst = errors.worst(len(sequences))
        if self.config.stages == "lstm":
            return _Judged(errors, largest, worst, largest, largest > limits.mse)
        scores = np.where(worst >= 0, learnt.forest.scores(errors.features(len(sequences))), 0.0)
        if self.config.stages == "both":
            scores[largest <= limits.mse_test] = 0.0
        scores[largest >= UNSEEN] = _HIGHEST
        return _Judged(errors, largest, worst, scores, scores > limits.forest)

    def _errors(self, model: SymbolModel, sequences: Sequences) -> Errors:
        known = model.contexts(sequences)
        errors = np.empty(0)
        if len(known):
            errors = self._cache.scores(known.windows, lambda windows: window_errors(model, windows))
        rows, positions = self._unseen(model, sequences)
        rows, positions = np.concatenate([known.rows, rows]), np.concatenate([known.positions, positions])
        errors = np.concatenate([errors, np.full(len(positions) - len(errors), UNSEEN)])
        order = np.lexsort((positions, rows))
        return Errors(rows[order], positions[order], errors[order])

    def _unseen(self, model: SymbolModel, sequences: Sequences) -> tuple[Ints, Ints]:
        """Return sequence and position of events never seen in training, where they count."""
        if self.config.unseen == "ignore":
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        return model.unseen(sequences)


def _sequences(units: Units) -> Sequences:
    if not isinstance(units, Sequences):
        raise TypeError(f"lstm_iforest scores sequences, not {type(units).__name__}")
    return units
