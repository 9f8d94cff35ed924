from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from burl.detect.deeplog import DeepLog, DeepLogConfig
from burl.errors import BundleError
from burl.parse import Catalogue
from burl.receive.batch import Identity, StreamTable
from burl.train.corpus import Corpus
from burl.window import Events
from support.log_keys import events

_TEXT = "select took <*> ms rows <*>"
_SECOND_NS = 1_000_000_000
_CONFIG = DeepLogConfig.model_validate({"history": 5})


def _quiet(_stage: str, _share: float) -> None:
    pass


def _queries(catalogue: Catalogue, count: int, *, seed: int = 0, slow_at: int = -1) -> Events:
    """Queries once a second of about 10 ms; the second value is a counter."""
    rng = np.random.default_rng(seed)
    took = np.exp(rng.normal(np.log(10), 0.2, count))
    if slow_at >= 0:
        took[slow_at] = 5_000
    parameters = [(f"{ms:.2f}", str(1_000 + 37 * i)) for i, ms in enumerate(took)]
    return events(catalogue, _TEXT, [i * _SECOND_NS for i in range(1, count + 1)], parameters)


def _services(*names: str) -> StreamTable:
    table = StreamTable()
    for name in names:
        table.add(Identity("shop", name, name, name))
    return table


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.fixture(scope="module")
def exported(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    detector = DeepLog("event", _CONFIG, seed=3)
    detector.bind(_services("db"))
    normal = _queries(catalogue, 600)
    halves = [normal.take(np.arange(300)), normal.take(np.arange(300, 600))]
    detector.fit(Corpus(catalogue, _services("db"), event_slices=halves), _quiet)
    directory = tmp_path_factory.mktemp("deeplog")
    detector.export(directory)
    return directory


@pytest.fixture
def load(exported: Path) -> Callable[[], DeepLog]:
    def load() -> DeepLog:
        detector = DeepLog.load(exported, "event", _CONFIG)
        detector.bind(_services("db"))
        return detector

    return load


def test_a_slow_query_is_odd_and_explained(catalogue: Catalogue, load: Callable[[], DeepLog]) -> None:
    detector = load()
    queries = _queries(catalogue, 100, seed=1, slow_at=50)
    scores = detector.score(queries)
    assert scores.values.argmax() == 50
    assert scores.values[50] > 3 * np.delete(scores.values, 50).max()
    why = detector.explain(queries, 50)
    assert why.kind == "parameter"
    assert why.decisive
    assert why.actual_value == pytest.approx(5_000)
    assert why.expected_value == pytest.approx(10, rel=0.5)
    assert "value 1 was 5000" in why.reason


def test_nothing_is_judged_before_a_series_has_its_history(
    catalogue: Catalogue, load: Callable[[], DeepLog]
) -> None:
    scores = load().score(_queries(catalogue, 20, seed=1, slow_at=3))
    assert scores.values[:5].tolist() == [0.0] * 5
    assert (scores.values[5:] > 0).all()


def test_a_counter_is_not_judged(catalogue: Catalogue, load: Callable[[], DeepLog]) -> None:
    detector = load()
    later = _queries(catalogue, 50, seed=2)
    moved = events(
        catalogue,
        _TEXT,
        later.times_ns.tolist(),
        [(later.parameters(i)[0], str(10**8 + i)) for i in range(50)],
    )
    scores = detector.score(moved)
    whys = [detector.explain(moved, row) for row in np.flatnonzero(scores.values).tolist()]
    assert whys
    assert {why.detail["place"] for why in whys} <= {-1, 0}


def test_scores_do_not_depend_on_the_portions_nor_on_a_restart(
    catalogue: Catalogue, load: Callable[[], DeepLog]
) -> None:
    queries = _queries(catalogue, 60, seed=1, slow_at=33)
    whole = load().score(queries).values.tolist()
    detector, parts = load(), []
    for start in range(0, 60, 7):
        parts += detector.score(queries.take(np.arange(start, min(start + 7, 60)))).values.tolist()
        again = load()
        again.restore(detector.state())
        detector = again
    assert parts == whole


def test_services_have_series_of_their_own(catalogue: Catalogue, load: Callable[[], DeepLog]) -> None:
    detector = load()
    detector.bind(_services("db", "replica"))
    ours = _queries(catalogue, 40, seed=1)
    both = events(
        catalogue,
        _TEXT,
        np.repeat(ours.times_ns, 2).tolist(),
        [ours.parameters(i // 2) for i in range(80)],
        services=[0, 1] * 40,
    )
    scores = detector.score(both).values
    assert scores[0::2].tolist() == scores[1::2].tolist()


def test_series_are_bounded(catalogue: Catalogue, exported: Path) -> None:
    config = DeepLogConfig.model_validate({"history": 5, "values": {"max_series": 4}})
    detector = DeepLog.load(exported, "event", config)
    many = events(catalogue, _TEXT, list(range(50)), [("10", "5")] * 50, services=list(range(50)))
    detector.score(many)
    assert len(detector.state()) == 4


def test_a_template_without_numbers_has_no_model(catalogue: Catalogue) -> None:
    detector = DeepLog("event", _CONFIG)
    words = events(
        catalogue, "user <*> came", [i * _SECOND_NS for i in range(400)], [("joe",), ("ann",)] * 200
    )
    detector.fit(Corpus(catalogue, _services("db"), event_slices=[words]), _quiet)
    assert detector.score(words).values.tolist() == [0.0] * 400
    assert "not judged" in detector.explain(words, 0).reason


@pytest.mark.parametrize("name", ["columns.json", "vocabulary.json", "values.npz"])
def test_a_damaged_export_is_refused(exported: Path, name: str, tmp_path: Path) -> None:
    for path in exported.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(BundleError):
        DeepLog.load(tmp_path, "event", _CONFIG)


def test_a_vocabulary_of_another_size_is_refused(exported: Path, tmp_path: Path) -> None:
    for path in exported.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "vocabulary.json").write_text('{"ids": ["a", "b", "c"], "supersedes": {}}')
    with pytest.raises(BundleError, match="differ in size"):
        DeepLog.load(tmp_path, "event", _CONFIG)
