"""`step_time`: sessions of which a step is slow."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from burl.detect.step_time import StepTime, StepTimeConfig
from burl.errors import BundleError
from burl.receive.batch import Identity, StreamTable
from burl.window import Sequences
from support.log_keys import Alphabet


def _timed(alphabet: Alphabet, sessions: Sequence[tuple[str, Sequence[float]]]) -> Sequences:
    """Return sessions of letters, each with the seconds from one letter to the next."""
    found = alphabet.sessions(*(letters for letters, _ in sessions))
    seconds = [second for _, steps in sessions for second in np.cumsum([0.0, *steps]).tolist()]
    found.times_ns[:] = (np.array(seconds) * 1e9).astype(np.int64)
    return found


def _taught(alphabet: Alphabet, **settings: object) -> StepTime:
    rng = np.random.default_rng(3)
    steps = rng.lognormal(np.log([0.5, 0.02]), 0.3, (400, 2)).tolist()
    detector = StepTime("session", StepTimeConfig.model_validate(settings))
    corpus = alphabet.corpus(_timed(alphabet, [("abc", step) for step in steps]))
    detector.fit(corpus, lambda _stage, _fraction: None)
    return detector


def test_a_step_that_takes_ten_times_as_long_is_found_and_named() -> None:
    alphabet = Alphabet()
    asked = _timed(alphabet, [("abc", (0.5, 0.02)), ("abc", (5.0, 0.02)), ("abc", (0.6, 1.0))])
    detector = _taught(alphabet)
    scores = detector.score(asked)
    assert (scores.values > 0).tolist() == [False, True, True]
    assert scores.positions[1:].tolist() == [4, 8]
    why = detector.explain(asked, 1)
    assert "'text b' came 5 s after 'text a'" in why.reason
    assert why.actual_value == 5.0
    assert why.expected_value == pytest.approx(0.5, rel=0.1)
    assert "none of its steps" in detector.explain(asked, 0).reason


def test_what_takes_no_time_is_never_slow() -> None:
    alphabet = Alphabet()
    asked = _timed(alphabet, [("abc", (0.5, 0.09))])
    assert _taught(alphabet, slack=1).score(asked).values.tolist() == [0]
    assert _taught(alphabet, slack=1, min_seconds=0.001).score(asked).values[0] > 0


def test_a_step_of_long_tail_must_be_slower_to_be_as_odd() -> None:
    alphabet, detector = Alphabet(), StepTime("session")
    rng = np.random.default_rng(4)
    steady, spread = rng.lognormal(0, 0.1, 2000), rng.lognormal(0, 1.5, 2000)
    steps = [("abc", step) for step in np.stack([steady, spread], axis=1).tolist()]
    detector.fit(alphabet.corpus(_timed(alphabet, steps)), lambda _stage, _fraction: None)
    limits = [2 * np.sort(times)[int(np.ceil(1999 * 0.999))] for times in (steady, spread)]
    asked = _timed(alphabet, [("ab", (10 * limits[0],)), ("bc", (10 * limits[1],))])
    scores = detector.score(asked).values
    assert scores[0] > 2 * scores[1] > 0


def test_steps_that_are_not_known_are_not_judged() -> None:
    alphabet = Alphabet()
    detector = _taught(alphabet)
    asked = _timed(alphabet, [("ac", (60.0,)), ("axb", (60.0, 60.0)), ("a", ())])
    assert detector.score(asked).values.tolist() == [0, 0, 0]
    assert _taught(alphabet, min_steps=401).score(_timed(alphabet, [("ab", (60.0,))])).values.tolist() == [0]


def test_between_services_there_are_no_steps() -> None:
    alphabet, streams = Alphabet(), StreamTable()
    for name in ("shop", "bank"):
        streams.add(Identity("", "", name, name))
    detector = _taught(alphabet)
    asked = _timed(alphabet, [("abc", (0.5, 60.0))])
    detector.bind(streams)
    assert detector.score(asked).values[0] > 0
    asked.streams[2] = 1
    assert detector.score(asked).values.tolist() == [0]


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    _taught(Alphabet()).export(tmp_path)
    content = (tmp_path / "steps.npz").read_bytes()
    (tmp_path / "steps.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(BundleError, match=r"steps.npz cannot be read"):
        StepTime.load(tmp_path, "session", StepTimeConfig())
