"""How long a session may be silent before it is over, learnt from the gaps within training's sessions."""

from collections.abc import Iterable
from itertools import islice

import numpy as np

from burl.receive.batch import Batch, Ints, StreamTable
from burl.window.extract import Extractor
from burl.window.numbered import Id
from burl.window.portion import portion_of
from burl.window.records import Records
from burl.window.watermark import SECOND_NS, Watermarks

_QUANTILE = 0.99
_FACTOR = 3.0
_MIN_SECONDS = 30.0
"""A worker that hangs, or a retry, must not cut a session in two."""
_MAX_SECONDS = 86_400.0
_MAX_IDS = 500_000
"""Ids in lines that are looked at; a bound on memory."""


def timeout_seconds(gaps: Ints) -> float | None:
    """Return three times the 99th percentile of `gaps` (nanoseconds), None without any."""
    if not len(gaps):
        return None
    learnt = _FACTOR * float(np.quantile(gaps, _QUANTILE)) / SECOND_NS
    return round(min(max(learnt, _MIN_SECONDS), _MAX_SECONDS), 3)


def gaps_of(batches: Iterable[tuple[Batch, Ints]], extractor: Extractor, streams: StreamTable) -> Ints:
    """Return the times between one line with an id and its next, in nanoseconds.

    Args:
        batches: batches in order of event time, each with the template of each of its records.
        extractor: finds the ids.
        streams: those of the batches.
    """
    last_ns: dict[Id, int] = {}
    gaps = []
    for one, time_ns in islice(_found(batches, extractor, streams), _MAX_IDS):
        before = last_ns.get(one)
        if before is not None:
            gaps.append(max(time_ns - before, 0))
        last_ns[one] = time_ns
    return np.array(gaps, dtype=np.int64)


def _found(
    batches: Iterable[tuple[Batch, Ints]], extractor: Extractor, streams: StreamTable
) -> Iterable[tuple[Id, int]]:
    for batch, templates in batches:
        portion = portion_of(batch, templates, streams, Watermarks(1), max_body_chars=0, records=Records())
        found = extractor.ids(portion)
        columns = zip(found.numbers.tolist(), portion.times_ns[found.events].tolist(), strict=True)
        for number, time_ns in columns:
            for one in found.ids[number]:
                yield one, time_ns
