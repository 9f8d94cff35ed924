"""Sessions of which only a part was seen: what of them can be judged, and which record is named."""

import numpy as np

from burl.detect.contexts import Contexts, Symbols
from burl.detect.deeplog.usual import Usual
from burl.receive.batch import Ints
from burl.window import Sequences


def without_lost_begins(
    found: Contexts, sequences: Sequences, symbols: Symbols, usual: Usual | None = None
) -> Contexts:
    """Leave out what was judged by a begin that may never have been there.

    A session that was under way when the input began has no begin: what follows from one says nothing. Of a
    session that is not complete the first events are therefore judged only where its first event is a usual
    one to begin with.

    Args:
        found: what is judged in `sequences`.
        sequences: sessions.
        symbols: those of `found`.
        usual: knows the usual begins; without it all are doubted.
    """
    begins = found.windows[:, 0] >= symbols.predicted
    doubtful = begins & ~sequences.complete[found.rows]
    if usual is not None:
        first = np.flatnonzero(doubtful & (found.windows[:, -2] >= symbols.predicted))
        plausible = found.rows[first[usual.holds(found.windows[first])]]
        doubtful &= ~np.isin(found.rows, plausible)
    return found if not doubtful.any() else found.take(~doubtful)


def named(found: Contexts, sequences: Sequences, known: Ints, symbols: Symbols) -> Contexts:
    """Name what came instead: the first record never seen in training after the known one before.

    A request that fails ends early, and what it wrote instead of its next step is an error never seen before.

    Args:
        found: what is judged in `sequences`.
        sequences: sessions.
        known: flat positions of the events that training has seen, ascending.
        symbols: those of `found`.
    """
    if not len(found):
        return found
    is_end = found.windows[:, -1] >= symbols.templates
    before = np.concatenate([[-1], known])[np.searchsorted(known, found.positions)]
    before = np.where(is_end, found.positions, before)
    starts, stops = sequences.offsets[found.rows], sequences.offsets[found.rows + 1]
    return Contexts(found.windows, found.rows, np.minimum(np.maximum(before + 1, starts), stops - 1))
