"""Tests on training which relations between the events of a session hold, and how surely."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from burl.detect.event_set.config import EventSetConfig
from burl.receive.batch import Ints

Relation = Literal["presence", "order", "count", "ratio"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
NEVER = np.iinfo(np.int64).max
"""The place of an event that did not come."""


class Law(NamedTuple):
    """What held in training; `first` and `second` are dense ids of events.

    - presence: where `first` came, `second` came, too.
    - order: where both came, the first `first` stood before the first `second`.
    - count: where `first` came, it came `times` times (`second` is the same event).
    - ratio: where both came, they came as `times` : `others`.

    It was met in `support` sessions, in `exceptions` of them it did not hold; `evidence` is in decades.
    """

    relation: Relation
    first: int
    second: int
    support: int
    exceptions: int
    evidence: float
    times: int = 1
    others: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """Distinct sessions: how often each event came, where it came first, how many sessions are like this.

    Attributes:
        events: dense ids, the columns.
        homes: which service writes each event; those of different ones have no order.
        counts, places: (sessions, events).
        weights: (sessions).
    """

    events: list[int]
    homes: Ints
    counts: Ints
    places: Ints
    weights: Ints

    @property
    def present(self) -> Ints:
        """Return 1 where an event came, (sessions, events)."""
        return (self.counts > 0).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates of one relation, as (events, events) matrices; `among` says which pairs are any."""

    relation: Relation
    among: npt.NDArray[np.bool_]
    support: Ints
    exceptions: Ints
    times: Ints
    others: Ints

    def __len__(self) -> int:
        """Return how many there are."""
        return int(np.count_nonzero(self.among))


def sample_of(sessions: Iterable[tuple[int, ...]], homes: Ints, config: EventSetConfig) -> Sample:
    """Gather sessions; the events are those that enough sessions hold, the most common first.

    Args:
        sessions: dense ids; events stand by service.
        homes: the service that writes each event, by dense id.
        config: `min_sequences` and `max_law_events`.
    """
    copies = Counter(sessions)
    holders: Counter[int] = Counter()
    for session, count in copies.items():
        for event in set(session):
            holders[event] += count
    common = [event for event, count in holders.most_common() if count >= config.min_sequences]
    events = sorted(common[: config.max_law_events])
    column = {event: at for at, event in enumerate(events)}
    counts = np.zeros((len(copies), len(events)), dtype=np.int64)
    places = np.full(counts.shape, NEVER, dtype=np.int64)
    for row, session in enumerate(copies):
        for place, event in enumerate(session):
            if event in column:
                at = column[event]
                counts[row, at] += 1
                places[row, at] = min(places[row, at], place)
    return Sample(events, homes[events], counts, places, np.array(list(copies.values()), dtype=np.int64))


def candidates_of(sample: Sample, config: EventSetConfig) -> list[Candidates]:
    """Return what is to be tested: relations of events that enough sessions speak of."""
    if not sample.events:
        return []
    tests = [_presence(sample), _order(sample), _count(sample), _ratio(sample)]
    return [replace(test, among=test.among & (test.support >= config.min_sequences)) for test in tests]


def laws_of(
    sample: Sample, tests: Sequence[Candidates], candidates: int, config: EventSetConfig
) -> list[Law]:
    """Return the laws with positive evidence, at most `max_laws`, the surest first.

    Evidence: a relation that is a mere tendency, broken with unknown probability (uniform prior), would
    hold in all of n sessions with probability 1 / (n + 1), and be broken by the next with 1 / (n + 2) (rule
    of succession). Of K candidates that were tested, K / ((n + 1) (n + 2)) such are expected; its -log10 is
    the evidence that a session which breaks the relation is not just the first exception. With v exceptions
    there is no law, and only the probability (v + 1) / (n + 2) speaks.

    Args:
        sample: the sessions of one kind.
        tests: their candidates.
        candidates: how many were tested of all kinds together, for false alarms count together, too.
        config: `max_laws`.
    """
    laws = [law for test in tests for law in _proved(test, candidates, sample.events)]
    laws.sort(key=lambda law: (-law.evidence, RELATIONS.index(law.relation), law.first, law.second))
    return laws[: config.max_laws]


def _presence(sample: Sample) -> Candidates:
    together = _together(sample)
    support = np.broadcast_to(np.diag(together)[:, None], together.shape)
    ones = np.ones_like(together)
    # events that were never seen together are no candidates, whatever their own support
    return Candidates("presence", _apart(together), support, support - together, ones, ones)


def _order(sample: Sample) -> Candidates:
    together, places = _together(sample), sample.places
    came = places < NEVER
    later = np.stack(
        [
            sample.weights @ ((places[:, [at]] > places) & came[:, [at]] & came)
            for at in range(len(sample.events))
        ]
    )
    # of the two orders of a pair the one that was usual is the candidate
    usual = (later < later.T) | ((later == later.T) & _upper(together))
    candidate = _apart(together) & usual & (sample.homes[:, None] == sample.homes)
    ones = np.ones_like(together)
    return Candidates("order", candidate, together, later, ones, ones)


def _count(sample: Sample) -> Candidates:
    usual = [np.bincount(column, sample.weights)[1:].argmax() + 1 for column in sample.counts.T]
    other = sample.weights @ ((sample.counts != usual) & (sample.counts > 0))
    support, times = np.diag(np.diag(_together(sample))), np.diag(usual)
    return Candidates("count", support > 0, support, np.diag(other), times, times)


def _ratio(sample: Sample) -> Candidates:
    together, counts, present = _together(sample), sample.counts, sample.present
    times, others, broken = [], [], []
    for at in range(len(sample.events)):
        both = present[:, [at]] * present
        first = both.argmax(axis=0)  # the first session that holds both says the ratio
        times.append(counts[first, at])
        others.append(counts[first, np.arange(len(sample.events))])
        unequal = counts[:, [at]] * others[-1] != counts * times[-1]
        broken.append(sample.weights @ (unequal & (both > 0)))
    candidate = _upper(together) & (together > 0)
    return Candidates("ratio", candidate, together, np.stack(broken), np.stack(times), np.stack(others))


def _together(sample: Sample) -> Ints:
    """Return in how many sessions each two events came together; on the diagonal, in how many each came."""
    present = sample.present
    return np.asarray((present * sample.weights[:, None]).T @ present, dtype=np.int64)


def _apart(together: Ints) -> npt.NDArray[np.bool_]:
    return (together > 0) & ~np.eye(len(together), dtype=np.bool_)


def _upper(together: Ints) -> npt.NDArray[np.bool_]:
    return np.triu(np.ones(together.shape, dtype=np.bool_), 1)


def _proved(tested: Candidates, candidates: int, events: list[int]) -> Iterable[Law]:
    n, v = tested.support.astype(np.float64), tested.exceptions
    evidence = np.log10((n + 2) / (v + 1)) + np.where(v == 0, np.log10(n + 1), 0.0) - np.log10(candidates)
    for first, second in np.argwhere(tested.among & (evidence > 0)).tolist():
        at = first, second
        yield Law(
            tested.relation,
            events[first],
            events[second],
            int(tested.support[at]),
            int(v[at]),
            round(float(evidence[at]), 3),
            int(tested.times[at]),
            int(tested.others[at]),
        )
