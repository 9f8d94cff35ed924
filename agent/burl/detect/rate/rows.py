"""What is known of a series, and what one interval says of series; columns, however many there are."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints

TOTAL = -1
"""Stands for all templates of a service together."""

SAVED = [
    ("template", np.int64),
    ("age", np.int64),  # intervals since it was first seen
    ("present", np.int64),  # of these with an event in them, forgotten like the mean
    ("mean", np.float64),
    ("variance", np.float64),
    ("zeros", np.int64),  # intervals without an event until now
    ("longest", np.int64),  # most of these in a row
    ("since_ns", np.int64),  # start of the odd stretch it is in, 0 for none
    ("peak", np.float64),  # highest surprise of that stretch that was reported
    ("last_ns", np.int64),  # start of the last interval with an event
]
ROW = np.dtype([*SAVED, ("service", np.int64)])

Rows = npt.NDArray[Any]
"""Series, of `ROW`."""
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Counts(NamedTuple):
    """What came in an interval: events of each service and template (n)."""

    services: Ints
    templates: Ints
    counts: Ints


class Odd(NamedTuple):
    """An interval of a series that is odd: `score` is 0 while it only goes on as reported."""

    service: int
    template: int
    since_ns: int
    expected: float
    actual: int
    score: float


class Seen(NamedTuple):
    """What one interval says of all series of some services (s).

    Attributes:
        rows: the series (n); what is learnt is written into them.
        owner: which of the services each is of (n).
        totals: where in `rows` the total of each service is (s).
        actual: how many events came of each series (n).
        factors: by which the season raises or lowers each (n).
        start_ns: when the interval began.
        trusted: whether all of it is normal.
    """

    rows: Rows
    owner: Ints
    totals: Ints
    actual: Ints
    factors: Floats
    start_ns: int
    trusted: bool
