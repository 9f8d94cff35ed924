"""Cuts sequences into what the key model reads: an event (or the end) and the h symbols before it.

Symbols: the templates of the vocabulary, then END (a session ended), PAD (it ended before it had h events:
the padding of the reference code, without which short sessions are never found), then one START for each
kind of sequence, which fills the history before the first event.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints
from burl.window import Sequences


@dataclass(frozen=True, slots=True)
class Symbols:
    """The symbols of a key model that knows `templates` templates and these kinds of sequences."""

    templates: int
    kinds: tuple[str, ...]

    @property
    def end(self) -> int:
        """The session ended."""
        return self.templates

    @property
    def pad(self) -> int:
        """The session ended before it had h events."""
        return self.templates + 1

    @property
    def predicted(self) -> int:
        """How many symbols can come next: all but the starts."""
        return self.templates + 2

    def __len__(self) -> int:
        """Return the number of all symbols."""
        return self.predicted + len(self.kinds)

    def starts(self, kinds: list[str]) -> Ints:
        """Return the START of each kind, -1 for kinds that were not in training."""
        known = {kind: self.predicted + number for number, kind in enumerate(self.kinds)}
        return np.array([known.get(kind, -1) for kind in kinds], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Contexts:
    """What is judged, in order of sequence and time; equal-length columns.

    Attributes:
        windows: (n, h + 1): h symbols and the one that came after them.
        rows: index of the sequence.
        positions: flat position of the record that is judged; of an end, the last record known.
    """

    windows: npt.NDArray[np.int32]
    rows: Ints
    positions: Ints

    def __len__(self) -> int:
        """Return how many events and ends are judged."""
        return len(self.rows)

    def take(self, kept: npt.NDArray[np.bool_]) -> "Contexts":
        """Return those where `kept` is True."""
        return Contexts(self.windows[kept], self.rows[kept], self.positions[kept])


def contexts(sequences: Sequences, dense: Ints, symbols: Symbols, history: int) -> Contexts:
    """Return what is judged in `sequences`, whose events are `dense` (see `Vocabulary.encode`).

    Events never seen in training are left out. Sequences of an unknown kind, and those with nothing known
    after their lead, are not judged.
    """
    starts = symbols.starts(sequences.kinds)
    kept = dense < symbols.templates
    before = np.concatenate([[0], np.cumsum(kept)])
    lengths = np.diff(before[sequences.offsets])
    leads = before[sequences.offsets[:-1] + sequences.leads] - before[sequences.offsets[:-1]]
    judged = (starts >= 0) & (lengths > leads)
    tails = _tails(sequences, lengths, history)
    spans = history + lengths + tails
    bases = np.cumsum(spans) - spans
    flat = np.repeat(starts, spans)
    origin = np.zeros(len(flat), dtype=np.int64)
    events = np.flatnonzero(kept)
    slots = np.arange(len(events)) + np.repeat(bases + history - before[sequences.offsets[:-1]], lengths)
    flat[slots], origin[slots] = dense[events], events
    lasts = bases + history + lengths - 1
    for extra, symbol in enumerate((symbols.end, symbols.pad), start=1):
        rows = np.flatnonzero(tails >= extra)
        flat[lasts[rows] + extra], origin[lasts[rows] + extra] = symbol, origin[lasts[rows]]
    counts = np.where(judged, lengths + tails - leads, 0)
    rows = np.repeat(np.arange(len(sequences)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    targets = (bases + history + leads)[rows] + within
    return Contexts(_windows(flat, targets, history), rows, origin[targets])


def shortened(
    windows: npt.NDArray[np.int32],
    start: int,
    rng: "np.random.Generator",  # quoted: to name it loads what the agent never uses
) -> npt.NDArray[np.int32]:
    """Return copies of `windows` whose history begins later: a stream may have just begun, or been cut."""
    history = windows.shape[1] - 1
    cuts = rng.integers(1, history + 1, len(windows))
    return np.where(np.arange(history + 1) < cuts[:, None], start, windows).astype(np.int32)


def _tails(sequences: Sequences, lengths: Ints, history: int) -> Ints:
    """Return how many symbols follow the events: an end, and a pad where the session was short.

    None where more may have come.
    """
    if sequences.unit != "session":
        return np.zeros(len(sequences), dtype=np.int64)
    return np.where(sequences.complete, 1 + (lengths < history), 0).astype(np.int64)


def _windows(flat: Ints, targets: Ints, history: int) -> npt.NDArray[np.int32]:
    if not len(targets):
        return np.empty((0, history + 1), dtype=np.int32)
    windows: npt.NDArray[np.int32] = flat.astype(np.int32)[targets[:, None] + np.arange(-history, 1)]
    return windows
