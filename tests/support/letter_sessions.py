"""Sessions whose events are single letters: `"abbc"` is four events of three templates."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from burl.parse import Catalogue
from burl.receive.batch import Identity, StreamTable
from burl.train.corpus import Corpus
from burl.window import Sequences
from support.log_keys import Alphabet


def letter_sessions(
    catalogue: Catalogue, sessions: Iterable[Sequence[str]], kind: str = "order"
) -> Sequences:
    """Return one session of a kind for each text."""
    every = list(sessions)
    return Alphabet(catalogue).sessions(*every, kinds=[kind] * len(every))


def letter_corpus(sessions: Iterable[Sequence[str]], labels: Sequence[bool] | None = None) -> Corpus:
    """Return a corpus of such sessions; True in `labels` is anomalous."""
    catalogue, streams = Catalogue(), StreamTable()
    streams.add(Identity("", "", "letters", "letters"))
    corpus = Corpus(catalogue, streams, sessions=letter_sessions(catalogue, sessions))
    if labels is not None:
        marked: npt.NDArray[np.bool_] = np.array(labels, dtype=np.bool_)
        corpus.unit_labels["session"] = marked
    return corpus
