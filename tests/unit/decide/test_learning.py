from collections.abc import Sequence

import numpy as np

from burl.decide.learning import Learning
from burl.parse import Catalogue
from burl.window import Events, Record


def events(templates: Sequence[int], service: int = 0) -> Events:
    count = len(templates)

    def no_record(_: int) -> Record:
        raise IndexError

    return Events(
        Catalogue(),
        np.array(templates, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        np.full(count, service, dtype=np.int64),
        np.arange(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        no_record,
        lambda _: (),
    )


LATER_NS = 1 << 60


def learning(*known: str) -> Learning:
    return Learning(frozenset(known), lambda service: f"service {service}")


def test_a_service_learns_until_a_thousand_records_of_settled_vocabulary() -> None:
    state = learning()
    state.observe(events([n % 7 for n in range(999)]))
    assert state.at(0, LATER_NS)
    state.observe(events([1]))
    assert not state.at(0, LATER_NS)


def test_a_service_that_keeps_minting_templates_keeps_learning() -> None:
    state = learning()
    state.observe(events([n if n % 20 == 0 else -1 for n in range(1, 3_001)]))
    assert state.at(0, LATER_NS)
    state.observe(events([3] * 1_000))
    assert not state.at(0, LATER_NS)


def test_a_service_that_a_bundle_knows_needs_not_learn() -> None:
    state = learning("service 1")
    assert not state.at(1, LATER_NS)
    assert state.at(0, LATER_NS)
    state.observe(events([5], service=1))
    assert not state.at(1, LATER_NS)


def test_learning_continues_from_its_state() -> None:
    first = learning()
    first.observe(events([n % 7 for n in range(600)]))
    second = learning()
    second.restore(first.state())
    second.observe(events([n % 7 for n in range(399)]))
    assert second.at(0, LATER_NS)
    second.observe(events([0]))
    assert not second.at(0, LATER_NS)


def test_what_was_found_while_learning_stays_so_however_records_are_cut() -> None:
    whole, pieces = learning(), learning()
    templates = [n % 7 for n in range(2_000)]
    whole.observe(events(templates))
    for start in range(0, 2_000, 250):
        part = events(templates[start : start + 250])
        part.times_ns += start
        pieces.observe(part)
    assert [whole.at(0, time_ns) for time_ns in (998, 999, 1_999)] == [True, False, False]
    assert [pieces.at(0, time_ns) for time_ns in (998, 999, 1_999)] == [True, False, False]
