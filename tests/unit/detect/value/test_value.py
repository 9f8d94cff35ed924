from pathlib import Path

import numpy as np
import pytest

from burl.detect.value import Value, ValueConfig
from burl.errors import BundleError
from burl.parse import Catalogue, Template
from burl.receive.batch import Identity, StreamTable
from burl.train.corpus import Corpus
from burl.window import Events, Record

_TEXT = "job <*> ended with <*>"


def _events(parameters: list[tuple[str, ...]]) -> Events:
    catalogue = Catalogue()
    template = catalogue.add(Template("job", _TEXT))
    zeros = np.zeros(len(parameters), dtype=np.int64)
    return Events(
        catalogue=catalogue,
        templates=zeros + template,
        streams=zeros,
        services=zeros,
        times_ns=np.arange(len(parameters), dtype=np.int64),
        severities=zeros,
        record=lambda row: Record(str(row), "", row, 0, template),
        parameters=lambda row: parameters[row],
    )


def _taught(**settings: object) -> Value:
    events = _events([(str(number), ("ok", "late")[number % 2]) for number in range(200)])
    streams = StreamTable()
    streams.add(Identity("", "", "jobs", "jobs"))
    detector = Value("event", ValueConfig.model_validate(settings))
    detector.fit(Corpus(events.catalogue, streams, [events]), lambda _stage, _fraction: None)
    return detector


def test_a_new_value_is_told_once() -> None:
    detector = _taught()
    scores = detector.score(_events([("7", "ok"), ("8", "lost"), ("9", "lost"), ("9", "gone")]))
    assert (scores.values > 0).tolist() == [False, True, False, True]


def test_parameters_of_many_values_are_not_watched() -> None:
    assert _taught().score(_events([("never", "ok")])).values.tolist() == [0]


def test_values_that_came_late_in_training_are_no_small_set() -> None:
    events = _events([("1", "a" if number < 150 else "b") for number in range(200)])
    detector = Value("event")
    detector.fit(Corpus(events.catalogue, StreamTable(), [events]), lambda _stage, _fraction: None)
    assert detector.score(_events([("1", "c")])).values.tolist() == [0]


def test_the_explanation_tells_the_known_values() -> None:
    detector = _taught()
    units = _events([("8", "lost")])
    detector.score(units)
    why = detector.explain(units, 0)
    assert why.kind == "parameter"
    assert why.reason == f"parameter 2 of {_TEXT!r} is 'lost'; it always was one of 'ok', 'late'"
    assert why.probability == pytest.approx(1 / 201)


def test_what_was_told_survives_a_restart(tmp_path: Path) -> None:
    detector = _taught()
    detector.score(_events([("8", "lost")]))
    detector.export(tmp_path)
    loaded = Value.load(tmp_path, "event", ValueConfig())
    loaded.restore(detector.state())
    assert loaded.score(_events([("9", "lost"), ("9", "gone")])).values.astype(bool).tolist() == [False, True]


def test_memory_of_new_values_is_bounded() -> None:
    detector = _taught(max_met=3)
    detector.score(_events([("1", f"new {number}") for number in range(50)]))
    assert len(detector.state()) == 3


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "places.json").write_text('{"job": [[1, "no list", 2]]}')
    with pytest.raises(BundleError, match="cannot be read"):
        Value.load(tmp_path, "event", ValueConfig())
