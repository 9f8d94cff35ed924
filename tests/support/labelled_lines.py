"""A corpus of labelled lines, from templates and what stands in their wildcards."""

from collections.abc import Sequence

import numpy as np

from burl.parse import Catalogue, Template, template_id
from burl.receive.batch import Identity, StreamTable
from burl.train.corpus import Corpus
from burl.window import Events, Record

Line = tuple[str, Sequence[str], bool]
"""Template, values of its wildcards, True for an abnormal one."""


def events_of(lines: Sequence[Line], catalogue: Catalogue) -> Events:
    """Return lines as events of one stream, a second apart."""
    templates = [catalogue.add(Template(template_id(text, "test"), text)) for text, _, _ in lines]
    zeros = np.zeros(len(lines), dtype=np.int64)
    return Events(
        catalogue,
        np.array(templates, dtype=np.int64),
        zeros,
        zeros,
        np.arange(len(lines), dtype=np.int64) * 1_000_000_000,
        zeros,
        lambda i: Record(f"uid-{i}", lines[i][0], i, 0, templates[i]),
        lambda i: lines[i][1],
    )


def corpus_of(lines: Sequence[Line]) -> Corpus:
    """Return a labelled corpus of lines."""
    streams = StreamTable()
    streams.add(Identity("", "", "lines", "lines"))
    events = events_of(lines, Catalogue())
    labels = np.array([odd for _, _, odd in lines], dtype=np.bool_)
    return Corpus(events.catalogue, streams, [events], unit_labels={"event": labels})
