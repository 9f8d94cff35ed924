"""Cuts sequences into stretches (events in, events out) and windows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from burl.detect.contexts import Symbols
from burl.detect.dream.config import DreamConfig
from burl.receive.batch import Ints
from burl.window import Sequences

NOTHING = -1
"""Where a sequence has ended: not predicted."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of sequences, in order; equal-length columns.

    Attributes:
        symbols: (n, in + out): the symbols before, and those to be predicted; `NOTHING` after the end.
        windows: number of the window that each belongs to.
        positions: (n, out): flat position of the record to be predicted; of an end, the last known one.
        rows: the sequence of each *window*.
        unseen: events never seen in training, of each *window*.
    """

    symbols: npt.NDArray[np.int32]
    windows: Ints
    positions: Ints
    rows: Ints
    unseen: Ints


def stretches(
    sequences: Sequences, dense: Ints, symbols: Symbols, config: DreamConfig, stride: int
) -> Stretches:
    """Return the stretches of `sequences`, whose events are `dense` (see `Vocabulary.encode`).

    Events never seen in training are left out of them and counted. Before the first event stands the START of
    the kind, after the last of a session its END. Sequences of an unknown kind have none, nor have those with
    nothing known to judge.
    """
    starts = symbols.starts(sequences.kinds)
    end = [symbols.end] if sequences.unit == "session" else []
    width = config.events_in + config.events_out
    parts, places, windows = [], [], []
    rows: list[int] = []
    unseen: list[int] = []
    for row in np.flatnonzero(starts >= 0).tolist():
        first, last = int(sequences.offsets[row]), int(sequences.offsets[row + 1])
        lead = first + int(sequences.leads[row])
        kept = np.flatnonzero(dense[first:last] < symbols.templates) + first
        begin = int(kept.searchsorted(lead))
        if begin == len(kept):
            continue
        flat = np.concatenate(
            [
                np.full(config.events_in, starts[row]),
                dense[kept],
                end,
                np.full(config.events_out, NOTHING),
            ]
        )
        at = np.arange(begin, len(kept) + len(end), stride)
        parts.append(np.lib.stride_tricks.sliding_window_view(flat, width)[at])
        targets = np.minimum(at[:, None] + np.arange(config.events_out), len(kept) - 1)
        places.append(kept[targets])
        count = max(1, round((len(kept) - begin) / config.window_events))
        windows.append(np.minimum((at - begin) // config.window_events, count - 1) + len(rows))
        foreign = np.flatnonzero(dense[lead:last] == symbols.templates) + lead
        of_window = (kept.searchsorted(foreign) - begin) // config.window_events
        unseen += np.bincount(np.minimum(of_window, count - 1), minlength=count).tolist()
        rows += [row] * count
    return Stretches(
        np.concatenate(parts).astype(np.int32) if parts else np.empty((0, width), dtype=np.int32),
        np.concatenate(windows) if windows else np.empty(0, dtype=np.int64),
        np.concatenate(places) if places else np.empty((0, config.events_out), dtype=np.int64),
        np.array(rows, dtype=np.int64),
        np.array(unseen, dtype=np.int64),
    )
