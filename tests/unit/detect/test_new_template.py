from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.detect.new_template import NewTemplate, NewTemplateConfig
from burl.detect.new_template.alarm import alarm
from burl.detect.new_template.nearest import NearestTemplates, changed_tokens
from burl.parse import Catalogue, Template
from burl.receive.batch import Identity, StreamTable
from burl.testing.synthetic import synthetic_corpus
from burl.train.corpus import Corpus
from burl.window import Events, Record

_SECOND = 1_000_000_000
_COMMON = 0
"""Template of the lines that a service writes all the time."""


def _table() -> StreamTable:
    table = StreamTable()
    for name in ("api", "db"):
        table.add(Identity("shop", f"{name}-0", name, name))
    return table


def _catalogue(*texts: str) -> Catalogue:
    catalogue = Catalogue()
    for text in texts:
        catalogue.add(Template(text, text))
    return catalogue


def _events(catalogue: Catalogue, rows: Sequence[tuple[float, int, int]]) -> Events:
    """Rows are (seconds, service, template)."""
    services = np.array([service for _, service, _ in rows], dtype=np.int64)
    times = np.array([int(seconds * _SECOND) for seconds, _, _ in rows], dtype=np.int64)

    def record(row: int) -> Record:
        return Record(str(row), "", int(times[row]), rows[row][1], rows[row][2])

    return Events(
        catalogue=catalogue,
        templates=np.array([template for _, _, template in rows], dtype=np.int64),
        streams=services,
        services=services,
        times_ns=times,
        severities=np.zeros(len(rows), dtype=np.int64),
        record=record,
        parameters=lambda _: [],
    )


_TEXTS = (
    "request <*> served",
    "user <*> logged in",
    "user <*> logged out",
    "ERROR disk full on <*>",
    "odd one",
)


def _taught(*, records: int = 2_000) -> tuple[NewTemplate, Catalogue]:
    """Return a detector that saw nothing but common lines from both services."""
    detector, catalogue = NewTemplate(), _catalogue(*_TEXTS)
    detector.bind(_table())
    detector.score(_events(catalogue, [(1 + i / 100, i % 2, _COMMON) for i in range(records)]))
    return detector, catalogue


def _scores(detector: NewTemplate, catalogue: Catalogue, *rows: tuple[float, int, int]) -> list[float]:
    return [float(value) for value in detector.score(_events(catalogue, rows)).values]


def test_a_new_template_is_scored_once_while_it_stays() -> None:
    detector, catalogue = _taught()
    first, second, third = _scores(detector, catalogue, (100, 0, 3), (110, 0, 3), (139, 0, 3))
    assert first > 0
    assert second == third == 0


def test_it_is_scored_again_after_an_absence() -> None:
    detector, catalogue = _taught()
    first, soon, late = _scores(detector, catalogue, (100, 0, 3), (129.9, 0, 3), (160, 0, 3))
    assert soon == 0
    assert 0 < late <= first


def test_what_comes_back_often_is_no_longer_rare() -> None:
    detector, catalogue = _taught()
    values = _scores(detector, catalogue, *((100.0 * i, 0, 3) for i in range(1, 12)))
    assert min(values[:5]) > 0
    assert max(values[5:]) == 0
    assert values == sorted(values, reverse=True)


def test_errors_and_the_unlike_are_odder() -> None:
    detector, catalogue = _taught()
    alike, unlike, error = _scores(detector, catalogue, (100, 0, 2), (100, 0, 4), (100, 0, 3))
    assert alike < unlike < error


def test_known_elsewhere_is_less_odd_and_said_so() -> None:
    detector, catalogue = _taught()
    units = _events(catalogue, [(100, 0, 4), (101, 1, 4)])
    here, there = detector.score(units).values.tolist()
    assert there < here
    assert "other services did" in detector.explain(units, 1).reason


def test_a_service_that_mints_templates_is_hard_to_surprise() -> None:
    catalogue = _catalogue(*(f"minted {i} {i * 7}" for i in range(3_000)))
    detector = NewTemplate()
    detector.bind(_table())
    detector.score(_events(catalogue, [(1 + i / 100, 0, i) for i in range(2_500)]))
    assert _scores(detector, catalogue, (100, 0, 2_999)) == [0]


def test_explains_by_the_nearest_template() -> None:
    detector, catalogue = _taught()
    units = _events(catalogue, [(100, 0, 2)])
    detector.score(units)
    why = detector.explain(units, 0)
    assert why.kind == "new_template"
    assert catalogue[why.nearest_template].text == "user <*> logged in"
    assert why.changed_tokens == ["out", "in"]
    assert "shop/api/api" in why.reason
    assert why.decisive


def test_training_is_by_service_key_and_template_id() -> None:
    corpus = synthetic_corpus(1)
    detector = NewTemplate()
    detector.fit(corpus, lambda _stage, _fraction: None)
    again = synthetic_corpus(2)  # another order of the catalogue
    detector.bind(again.streams)
    assert {float(detector.score(events).values.max()) for events in again.events()} == {0.0}


@given(
    cuts=st.lists(st.integers(0, 1_200), max_size=6),
    seed=st.integers(0, 5),
    disorder_seconds=st.sampled_from([0.0, 20.0]),
)
def test_scores_do_not_depend_on_how_events_are_cut(
    cuts: list[int], seed: int, disorder_seconds: float
) -> None:
    rng = np.random.default_rng(seed)
    texts = [f"word{i} word{i % 7} end" for i in range(60)]
    templates = np.minimum(rng.zipf(1.3, 1_200) - 1, 59).tolist()
    late = rng.uniform(0, disorder_seconds, 1_200)
    times = (np.sort(rng.uniform(21, 421, 1_200)) - late).tolist()
    rows = [(time, template % 2, template) for time, template in zip(times, templates, strict=True)]
    catalogue = _catalogue(*texts)

    def run(edges: list[int]) -> list[float]:
        detector = NewTemplate(config=NewTemplateConfig(learning_records=200))
        detector.bind(_table())
        return [v for a, b in pairwise(edges) for v in _scores(detector, catalogue, *rows[a:b])]

    assert run(sorted([0, *cuts, 1_200])) == run([0, 1_200])


def test_the_longest_unseen_pairs_are_forgotten_first() -> None:
    detector, catalogue = (
        NewTemplate(config=NewTemplateConfig(max_pairs=10)),
        _catalogue(*map(str, range(50))),
    )
    detector.bind(_table())
    detector.score(_events(catalogue, [(1 + i, 0, i) for i in range(50)]))
    assert [pair[1] for pair in detector.state()["pairs"]] == list(range(40, 50))


def test_what_training_saw_once_may_be_forgotten_and_come_again_any_number_of_times() -> None:
    catalogue, detector = (
        _catalogue(*map(str, range(21))),
        NewTemplate(config=NewTemplateConfig(max_pairs=10)),
    )
    once = [(float(i), 0, i) for i in range(20)]
    detector.fit(Corpus(catalogue, _table(), event_slices=[_events(catalogue, once)]), lambda *_: None)
    detector.bind(_table())
    for n in range(1, 4):
        detector.score(_events(catalogue, [(100.0 * n + i, 0, i) for i in range(20)]))
    assert detector.score(_events(catalogue, [(500.0, 0, 20)])).values[0] > 0


@pytest.mark.parametrize(
    ("text", "severity", "expected"),
    [
        ("all is well", 9, 0.0),
        ("all is well", 17, 1.0),
        ("all is well", 13, 0.5),
        ("java.lang.NullPointerException", 0, 1.0),
        ('"GET /x HTTP/1.1" 503 12', 0, 1.0),
        ("will retry in <*> s", 0, 0.5),
    ],
)
def test_alarm(text: str, severity: int, expected: float) -> None:
    assert alarm(text, severity) == expected


def test_nearest_looks_only_at_older_templates() -> None:
    catalogue, nearest = _catalogue("a b c", "a b d", "a b d e"), NearestTemplates(100)
    assert nearest.find(2, catalogue) == (1, 0.75)
    assert nearest.find(1, catalogue) == (0, 0.5)
    assert nearest.find(0, catalogue) == (-1, 0.0)


def test_changed_tokens_are_in_order() -> None:
    assert changed_tokens("b <*> new a", "a old <*> b") == ["new", "old"]
