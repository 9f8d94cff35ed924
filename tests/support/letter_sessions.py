"""Sessions whose events are single letters: `"abbc"` is four events of three templates."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from burl.parse import Catalogue, Template
from burl.receive.batch import Identity, StreamTable
from burl.train.corpus import Corpus
from burl.window import Record, Sequences


def letter_sessions(catalogue: Catalogue, sessions: Iterable[str], kind: str = "order") -> Sequences:
    """Return one session a text, of templates `text a`, `text b`, ..."""
    events = [list(session) for session in sessions]
    flat = [catalogue.add(Template(event, f"text {event}")) for session in events for event in session]
    zeros = np.zeros(len(events), dtype=np.int64)
    return Sequences(
        catalogue=catalogue,
        unit="session",
        keys=[f"{kind}-{row}" for row in range(len(events))],
        kinds=[kind] * len(events),
        ids=[[f"{kind}-{row}"] for row in range(len(events))],
        services=zeros,
        leads=zeros.copy(),
        offsets=np.cumsum([0, *map(len, events)], dtype=np.int64),
        templates=np.array(flat, dtype=np.int64),
        times_ns=np.arange(len(flat), dtype=np.int64),
        streams=np.zeros(len(flat), dtype=np.int64),
        record=lambda position: Record(str(position), "", position, 0, flat[position]),
    )


def letter_corpus(sessions: Iterable[str], labels: Sequence[bool] | None = None) -> Corpus:
    """Return a corpus of such sessions; True in `labels` is anomalous."""
    catalogue, streams = Catalogue(), StreamTable()
    streams.add(Identity("", "", "letters", "letters"))
    corpus = Corpus(catalogue, streams, sessions=letter_sessions(catalogue, sessions))
    if labels is not None:
        marked: npt.NDArray[np.bool_] = np.array(labels, dtype=np.bool_)
        corpus.unit_labels["session"] = marked
    return corpus
