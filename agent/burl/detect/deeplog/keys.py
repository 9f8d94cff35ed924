"""The key model: how probable each event is after the h before it."""

import json
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Corpus, Explanation, Progress, Scores
from burl.detect.cache import Memory, ScoreCache, SequenceMemory, sequence_key, sequence_keys
from burl.detect.cells import log_softmax
from burl.detect.contexts import Contexts, Symbols, contexts, shortened
from burl.detect.deeplog.parts import named, without_lost_begins
from burl.detect.deeplog.settings import DeepLogConfig
from burl.detect.deeplog.usual import Usual
from burl.detect.deeplog.worst import Judged, Worst, first_offsets, worst_of
from burl.detect.reasons import Prediction, Reason
from burl.detect.recurrent import Network, load_network
from burl.detect.vocabulary import Vocabulary
from burl.errors import BundleError
from burl.receive.batch import Ints
from burl.window import Sequences, Unit

_HIGHEST = 20.0
"""-log10 of the smallest probability told apart; also what an event never seen scores, when it counts."""
_SHORTENED = 4
"""One window in so many is also learnt with a shorter history."""
_MAX_SEQUENCES = 10_000
"""Judged sequences that are remembered. Of the shop's sessions three of four are like one before."""
_MAX_PREDICTIONS = 1_000
"""Explained windows that are remembered. Of ten sequences found on the shop and HDFS, nine go wrong at one
that was explained before; the network takes .2 ms for it."""
_DIGITS = 6
"""Scores are rounded: float32 sums differ in the last bits with the size of the batch they were part of."""


Floats = npt.NDArray[np.float64]


class _Learnt(NamedTuple):
    vocabulary: Vocabulary
    symbols: Symbols
    model: Network
    usual: Usual


class KeyModel:
    """Scores sessions or windows by their most improbable event; see `DeepLog`."""

    def __init__(self, unit: Unit, config: DeepLogConfig) -> None:
        self._unit = unit
        self._config = config
        self._learnt: _Learnt | None = None
        self._cache = ScoreCache(config.max_cached)
        self._worst = SequenceMemory[Worst](_MAX_SEQUENCES)
        self._predictions: Memory[bytes, Prediction] = Memory(_MAX_PREDICTIONS)

    def fit(self, corpus: Corpus, progress: Progress, seed: int) -> None:
        """Learn from all sequences of `corpus`; without a kind that is common enough, learn nothing."""
        sequences = corpus.sequences(self._unit)
        common = _common_kinds(sequences, self._config.min_sequences)
        if not common:
            return
        from burl.detect.deeplog.training import Trainer  # torch is for training only

        vocabulary = Vocabulary.of(sequences.templates, sequences.catalogue)
        symbols = Symbols(len(vocabulary), common)
        dense = vocabulary.encode(sequences.templates, sequences.catalogue)
        judged = contexts(sequences, dense, symbols, self._config.history)
        if self._unit == "session":
            judged = without_lost_begins(judged, sequences, symbols)
        found = judged.windows
        windows = np.unique(found, axis=0)
        rng = np.random.default_rng(seed)
        if len(windows) > self._config.network.max_windows:
            windows = windows[rng.choice(len(windows), self._config.network.max_windows, replace=False)]
        extra = windows[:0]
        if (
            self._unit == "window"
        ):  # a stream may be joined in its midst, or lose unseen events before judging
            extra = shortened(windows[::_SHORTENED], symbols.predicted, rng)
        trainer = Trainer(self._config.network, seed, progress)
        network = trainer.keys(windows, extra, len(symbols), symbols.predicted)
        self._learnt = _Learnt(vocabulary, symbols, network, Usual.of(found))

    def export(self, directory: Path) -> None:
        """Write the vocabulary, the kinds and the network."""
        learnt = self._learnt
        kinds = learnt.symbols.kinds if learnt else ()
        (directory / "kinds.json").write_text(json.dumps({"kinds": kinds}), encoding="utf-8")
        if learnt:
            learnt.vocabulary.save(directory / "vocabulary.json")
            learnt.model.save(directory, "keys")
            learnt.usual.save(directory / "usual.npz")

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DeepLogConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        model = cls(unit, config)
        try:
            kinds = tuple(
                map(str, json.loads((directory / "kinds.json").read_text(encoding="utf-8"))["kinds"])
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleError(f"deeplog in {directory} cannot be read: {error!r}") from error
        if kinds:
            vocabulary = Vocabulary.load(directory / "vocabulary.json")
            symbols, usual = Symbols(len(vocabulary), kinds), Usual.load(directory / "usual.npz")
            model._learnt = _Learnt(vocabulary, symbols, load_network(directory, "keys"), usual)
            model._check()
        return model

    def score(self, sequences: Sequences) -> Scores:
        """Score each sequence: the largest -log10 of an event's probability, and where that was."""
        values, offsets = np.zeros(len(sequences)), first_offsets(sequences)
        if learnt := self._learnt:
            worst = self._worst_of(sequences, learnt)
            values[:] = [each.score for each in worst]
            offsets[:] = [each.offset for each in worst]
        return Scores(values, np.arange(len(sequences)), sequences.offsets[:-1] + offsets)

    def broken(self, sequences: Sequences) -> npt.NDArray[np.bool_]:
        """Return which sequences the paper's rule calls abnormal: an event not among the g most probable."""
        broken = np.zeros(len(sequences), dtype=np.bool_)
        if learnt := self._learnt:
            broken[:] = [each.is_broken for each in self._worst_of(sequences, learnt)]
        return broken

    def explain(self, sequences: Sequences, row: int) -> Explanation:
        """Say what was expected at the worst event of sequence `row`, and what came."""
        start, stop = int(sequences.offsets[row]), int(sequences.offsets[row + 1])
        learnt = self._learnt
        if learnt is None or sequences.kinds[row] not in learnt.symbols.kinds:
            first = min(start + int(sequences.leads[row]), stop - 1)
            return Reason(sequences, row, first, decisive=False).unjudged()
        dense = learnt.vocabulary.encode(sequences.templates[start:stop], sequences.catalogue)
        worst = self._worst.value(
            sequence_key(sequences, row, dense),
            lambda: self._find(sequences.take(np.array([row])), learnt)[0],
        )
        reason = Reason(sequences, row, start + worst.offset, worst.is_broken)
        if not worst.window:
            return reason.unseen()
        predicted = self._predictions.value(worst.window, lambda: self._predict(worst.window, learnt))
        return reason.improbable(predicted, learnt.vocabulary)

    def _predict(self, window: bytes, learnt: _Learnt) -> Prediction:
        symbols = np.frombuffer(window, dtype=np.int32)
        return Prediction.of(symbols, self._log_probabilities(symbols[None], learnt)[0], learnt.vocabulary)

    def _worst_of(self, sequences: Sequences, learnt: _Learnt) -> list[Worst]:
        keys = sequence_keys(sequences, learnt.vocabulary.encode(sequences.templates, sequences.catalogue))
        return self._worst.values(keys, lambda rows: self._find(sequences.take(np.array(rows)), learnt))

    def _find(self, sequences: Sequences, learnt: _Learnt) -> list[Worst]:
        known = self._contexts(sequences, learnt)
        verdicts = self._cache.scores(known.windows, self._verdicts) if len(known) else np.empty(0)
        rows, unseen = self._unseen(sequences, learnt)
        positions = np.concatenate([known.positions, unseen])
        judged = Judged(
            rows=np.concatenate([known.rows, rows]),
            positions=positions,
            scores=np.concatenate([np.abs(verdicts), np.full(len(rows), _HIGHEST)]),
            is_broken=np.concatenate([np.signbit(verdicts), np.ones(len(rows), dtype=np.bool_)]),
            is_unseen=np.isin(positions, unseen),
            windows=known.windows,
        )
        return worst_of(sequences, judged)

    def _contexts(self, sequences: Sequences, learnt: _Learnt) -> Contexts:
        dense = learnt.vocabulary.encode(sequences.templates, sequences.catalogue)
        found = contexts(sequences, dense, learnt.symbols, self._config.history)
        if self._unit != "session":
            return found
        found = without_lost_begins(found, sequences, learnt.symbols, learnt.usual)
        known = np.flatnonzero(dense < learnt.symbols.templates)
        return named(found, sequences, known, learnt.symbols)

    def _unseen(self, sequences: Sequences, learnt: _Learnt) -> tuple[Ints, Ints]:
        """Return sequence and position of events never seen in training, where they count."""
        if self._config.unseen == "ignore":
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        dense = learnt.vocabulary.encode(sequences.templates, sequences.catalogue)
        rows = np.repeat(np.arange(len(sequences)), np.diff(sequences.offsets))
        judged = np.arange(len(dense)) >= (sequences.offsets[:-1] + sequences.leads)[rows]
        known = learnt.symbols.starts(sequences.kinds)[rows] >= 0
        positions = np.flatnonzero((dense == learnt.vocabulary.unseen) & judged & known)
        return rows[positions], positions

    def _verdicts(self, windows: npt.NDArray[np.int32]) -> Floats:
        """Return -log10 of the probability of what came; its sign, of a 0 too, says if the rule is broken."""
        if self._learnt is None:
            raise ValueError("deeplog has learnt nothing that it could judge windows by")
        logs = self._log_probabilities(windows, self._learnt)
        came = np.take_along_axis(logs, windows[:, -1:].astype(np.int64), axis=1)
        surprises = np.clip(came[:, 0].astype(np.float64) / -np.log(10.0), 0.0, _HIGHEST)
        surprises = np.round(self._learnt.usual.limited(windows, surprises), _DIGITS)
        is_broken = np.count_nonzero(logs > came, axis=1) >= self._config.candidates
        verdicts: Floats = np.copysign(surprises, np.where(is_broken, -1.0, 1.0))
        return verdicts

    def _log_probabilities(self, windows: npt.NDArray[np.int32], learnt: _Learnt) -> npt.NDArray[np.float32]:
        return log_softmax(learnt.model.run(windows[:, :-1].astype(np.int64)))

    def _check(self) -> None:
        """Refuse a network that does not fit its vocabulary, at load."""
        if self._learnt and self._learnt.model.shape != (self._learnt.symbols.predicted,):
            raise BundleError(
                "deeplog: the network and its vocabulary differ in size; train the bundle again"
            )


def _common_kinds(sequences: Sequences, least: int) -> tuple[str, ...]:
    kinds, counts = np.unique(np.array(sequences.kinds, dtype=object), return_counts=True)
    return tuple(str(kind) for kind, count in zip(kinds, counts, strict=True) if count >= least)
