"""What detectors that predict the next event share: what they learn from, and what they load and ask."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt

from burl.detect.cells import Floats, log_softmax
from burl.detect.contexts import Contexts, Symbols, contexts, shortened
from burl.detect.recurrent import Network, load_network
from burl.detect.vocabulary import Vocabulary
from burl.errors import BundleError
from burl.receive.batch import Ints
from burl.window import Sequences

Windows = npt.NDArray[np.int32]
Value = TypeVar("Value", np.float32, np.float64)

_SHORTENED = 4
"""One window in so many is also learnt with a shorter history."""


@dataclass(frozen=True, slots=True)
class TrainingWindows:
    """What a network learns from: distinct windows (n, h + 1) of symbols, the predicted one last.

    Attributes:
        single: windows that came once; some may be held out.
        extra: windows that are always trained on: those that came often (were one held out, all the normal
            sessions that hold it would look odd), and of streams shortened ones.
    """

    vocabulary: Vocabulary
    symbols: Symbols
    single: Windows
    extra: Windows

    @classmethod
    def of(
        cls, sequences: Sequences, history: int, min_sequences: int, max_windows: int, seed: int
    ) -> Self | None:
        """Return the windows of all kinds of sequences that are common enough; None when none is."""
        kinds, counts = np.unique(np.array(sequences.kinds, dtype=object), return_counts=True)
        common = tuple(str(k) for k, count in zip(kinds, counts, strict=True) if count >= min_sequences)
        if not common:
            return None
        vocabulary = Vocabulary.of(sequences.templates, sequences.catalogue)
        symbols = Symbols(len(vocabulary), common)
        dense = vocabulary.encode(sequences.templates, sequences.catalogue)
        found = contexts(sequences, dense, symbols, history).windows
        windows, times = np.unique(found, axis=0, return_counts=True)
        rng = np.random.default_rng(seed)
        if len(windows) > max_windows:
            chosen = rng.choice(len(windows), max_windows, replace=False)
            windows, times = windows[chosen], times[chosen]
        extra = windows[times > 1]
        if sequences.unit == "window":  # a stream may be joined in its midst, or lose unseen events
            extra = np.concatenate([extra, shortened(windows[::_SHORTENED], symbols.predicted, rng)])
        return cls(vocabulary, symbols, windows[times == 1], extra)


@dataclass(frozen=True, slots=True)
class SymbolModel:
    """A network that says what comes after `history` symbols, and what its symbols mean."""

    vocabulary: Vocabulary
    symbols: Symbols
    model: Network
    history: int

    def save(self, directory: Path) -> None:
        """Write the vocabulary, the kinds and the network."""
        self.vocabulary.save(directory / "vocabulary.json")
        kinds = json.dumps({"kinds": self.symbols.kinds})
        (directory / "kinds.json").write_text(kinds, encoding="utf-8")
        self.model.save(directory, "model")

    @classmethod
    def load(cls, directory: Path, history: int) -> Self:
        """Read what `save` wrote. Raises BundleError when it is damaged, or does not fit `history`."""
        vocabulary = Vocabulary.load(directory / "vocabulary.json")
        try:
            kinds = json.loads((directory / "kinds.json").read_text(encoding="utf-8"))["kinds"]
            symbols = Symbols(len(vocabulary), tuple(map(str, kinds)))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleError(f"the model in {directory} cannot be read: {error!r}; retrain") from error
        loaded = cls(vocabulary, symbols, load_network(directory, "model"), history)
        if loaded.model.shape != (symbols.predicted,):
            raise BundleError(f"the model in {directory} and its vocabulary differ in size; retrain")
        return loaded

    def contexts(self, sequences: Sequences) -> Contexts:
        """Return every event, and every end, that can be judged."""
        dense = self.vocabulary.encode(sequences.templates, sequences.catalogue)
        return contexts(sequences, dense, self.symbols, self.history)

    def unseen(self, sequences: Sequences) -> tuple[Ints, Ints]:
        """Return (sequence, flat position) of the events to judge that were never seen in training."""
        dense = self.vocabulary.encode(sequences.templates, sequences.catalogue)
        rows = np.repeat(np.arange(len(sequences)), np.diff(sequences.offsets))
        judged = np.arange(len(dense)) >= (sequences.offsets[:-1] + sequences.leads)[rows]
        known = self.symbols.starts(sequences.kinds)[rows] >= 0
        positions = np.flatnonzero((dense == self.vocabulary.unseen) & judged & known)
        return rows[positions], positions

    def outputs(self, windows: Windows) -> Floats:
        """Return the log probabilities (n, predicted) after the history in `windows` (n, h + 1), n >= 1."""
        return log_softmax(self.model.run(windows[:, :-1].astype(np.int64)))


def came(outputs: npt.NDArray[Value], windows: Windows) -> npt.NDArray[Value]:
    """Return the output (n, 1) for the symbol that came."""
    return np.take_along_axis(outputs, windows[:, -1:].astype(np.int64), axis=1)
