"""The key model: how probable each event is after the h before it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Corpus, Explanation, Progress, Scores
from burl.detect.cache import Memory, ScoreCache, SequenceKey, sequence_keys
from burl.detect.cells import log_softmax
from burl.detect.contexts import Contexts, Symbols, contexts, shortened
from burl.detect.deeplog.parts import named, without_lost_begins
from burl.detect.deeplog.settings import DeepLogConfig
from burl.detect.deeplog.usual import Usual
from burl.detect.reasons import Reason
from burl.detect.recurrent import Network, load_network
from burl.detect.vocabulary import Vocabulary
from burl.distinct import distinct_counts
from burl.errors import BundleError
from burl.receive.batch import Ints
from burl.window import Sequences, Unit

_HIGHEST = 20.0
"""-log10 of the smallest probability told apart; also what an event never seen scores, when it counts."""
_NOTHING_LEARNT = "deeplog has learnt nothing that it could judge windows by"
_SHORTENED = 4
"""One window in so many is also learnt with a shorter history."""
_MAX_SEQUENCES = 10_000
"""Judged sequences that are remembered. Of the shop's sessions three of four are like one before."""
_DIGITS = 6
"""Scores are rounded: float32 sums differ in the last bits with the size of the batch they were part of."""


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
        self._worst: Memory[SequenceKey, tuple[float, int]] = Memory(_MAX_SEQUENCES)

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
        positions = np.minimum(sequences.offsets[:-1] + sequences.leads, sequences.offsets[1:] - 1)
        values = np.zeros(len(sequences), dtype=np.float64)
        if learnt := self._learnt:
            keys = sequence_keys(
                sequences, learnt.vocabulary.encode(sequences.templates, sequences.catalogue)
            )
            worst = self._worst.values(keys, lambda rows: self._find(sequences.take(np.array(rows)), learnt))
            values[:] = [value for value, _ in worst]
            positions = sequences.offsets[:-1] + np.array([offset for _, offset in worst], dtype=np.int64)
        return Scores(values, np.arange(len(sequences)), positions)

    def _find(self, sequences: Sequences, learnt: _Learnt) -> Iterable[tuple[float, int]]:
        """Return the largest score of each sequence, and how far from its begin that was."""
        values = np.zeros(len(sequences), dtype=np.float64)
        positions = np.minimum(sequences.offsets[:-1] + sequences.leads, sequences.offsets[1:] - 1)
        judged = self._contexts(sequences, learnt)
        scores = self._cache.scores(judged.windows, self._surprise) if len(judged) else np.empty(0)
        _fill(values, positions, judged.rows, judged.positions, scores)
        rows, where = self._unseen(sequences, learnt)
        _fill(values, positions, rows, where, np.full(len(rows), _HIGHEST))
        return zip(values.tolist(), (positions - sequences.offsets[:-1]).tolist(), strict=True)

    def broken(self, sequences: Sequences) -> npt.NDArray[np.bool_]:
        """Return which sequences the paper's rule calls abnormal: an event not among the g most probable."""
        broken = np.zeros(len(sequences), dtype=np.bool_)
        if self._learnt:
            judged = self._contexts(sequences, self._learnt)
            ranks = self._ranks(judged)
            broken[judged.rows[ranks >= self._config.candidates]] = True
            broken[self._unseen(sequences, self._learnt)[0]] = True
        return broken

    def explain(self, sequences: Sequences, row: int) -> Explanation:
        """Say what was expected at the worst event of sequence `row`, and what came."""
        one = sequences.take(np.array([row]))
        scores = self.score(one)
        reason = Reason(one, int(scores.positions[0]), bool(self.broken(one)[0]))
        learnt = self._learnt
        if learnt is None or one.kinds[0] not in learnt.symbols.kinds:
            return reason.unjudged()
        judged = self._contexts(one, learnt)
        if scores.positions[0] in self._unseen(one, learnt)[1] or not len(judged):
            return reason.unseen()
        worst = int(np.argmax(self._cache.scores(judged.windows, self._surprise)))
        window = judged.windows[worst]
        return reason.improbable(window, self._log_probabilities(window[None])[0], learnt.vocabulary)

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

    def _surprise(self, windows: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        if self._learnt is None:
            raise ValueError(_NOTHING_LEARNT)
        logs = self._log_probabilities(windows)
        came = np.take_along_axis(logs, windows[:, -1:].astype(np.int64), axis=1)[:, 0]
        scores = np.clip(came.astype(np.float64) / -np.log(10.0), 0.0, _HIGHEST)
        scores = self._learnt.usual.limited(windows, scores)
        rounded: npt.NDArray[np.float64] = np.round(scores, _DIGITS)
        return rounded

    def _ranks(self, judged: Contexts) -> Ints:
        """Return how many symbols were more probable than the one that came."""
        if not len(judged):
            return np.empty(0, dtype=np.int64)
        found: dict[bytes, int] = {}
        inverse = [found.setdefault(window.tobytes(), len(found)) for window in judged.windows]
        _, firsts, _ = distinct_counts(np.array(inverse, dtype=np.int64))
        windows = judged.windows[firsts]
        logs = self._log_probabilities(windows)
        came = np.take_along_axis(logs, windows[:, -1:].astype(np.int64), axis=1)
        ranks: Ints = np.count_nonzero(logs > came, axis=1)[inverse]
        return ranks

    def _log_probabilities(self, windows: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        if self._learnt is None:
            raise ValueError(_NOTHING_LEARNT)
        return log_softmax(self._learnt.model.run(windows[:, :-1].astype(np.int64)))

    def _check(self) -> None:
        """Refuse a network that does not fit its vocabulary, at load."""
        if self._learnt and self._learnt.model.shape != (self._learnt.symbols.predicted,):
            raise BundleError(
                "deeplog: the network and its vocabulary differ in size; train the bundle again"
            )


def _common_kinds(sequences: Sequences, least: int) -> tuple[str, ...]:
    kinds, counts = np.unique(np.array(sequences.kinds, dtype=object), return_counts=True)
    return tuple(str(kind) for kind, count in zip(kinds, counts, strict=True) if count >= least)


def _fill(
    values: npt.NDArray[np.float64], positions: Ints, rows: Ints, where: Ints, scores: npt.NDArray[Any]
) -> None:
    """Raise `values` to the largest score of each row, and set `positions` to the first place that has it.

    `rows` ascends, `where` within each row too.
    """
    before = values.copy()
    np.maximum.at(values, rows, scores)
    hits = ((scores == values[rows]) & (scores > before[rows])).nonzero()[0][::-1]
    positions[rows[hits]] = where[hits]  # of several the last one written: the first place
