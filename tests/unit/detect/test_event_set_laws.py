"""Laws of sessions: what comes together, in which order, how often, in which ratio."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.detect import Explanation
from burl.detect.event_set import EventSet, EventSetConfig
from burl.detect.event_set.laws import Laws
from burl.detect.event_set.relations import RELATIONS, Law
from burl.errors import BundleError
from support.log_keys import Alphabet

_NORMAL = ("abcd", "abcxd", "abcxxd", "abcxxxd")
"""One step each of a, b, c, d; any number of x between: lengths and counts vary."""
_LAWS_ONLY = EventSetConfig(length=False, counts=False, ngrams=False)


def _taught(
    alphabet: Alphabet,
    sessions: Sequence[str] = _NORMAL,
    copies: int = 100,
    config: EventSetConfig = _LAWS_ONLY,
) -> EventSet:
    detector = EventSet("session", config)
    units = alphabet.sessions(*(session for session in sessions for _ in range(copies)))
    detector.fit(alphabet.corpus(units), lambda _stage, _fraction: None)
    return detector


def _judged(detector: EventSet, alphabet: Alphabet, session: str) -> tuple[float, int, Explanation]:
    units = alphabet.sessions(session)
    scores = detector.score(units)
    return float(scores.values[0]), int(scores.positions[0]), detector.explain(units, 0)


@pytest.mark.parametrize("session", [*_NORMAL, "abcxxxxxxd"])
def test_what_keeps_the_laws_scores_nothing(session: str) -> None:
    alphabet = Alphabet()
    assert _judged(_taught(alphabet), alphabet, session)[0] == 0


def test_a_missing_step_is_expected_between_its_neighbours() -> None:
    alphabet = Alphabet()
    score, position, why = _judged(_taught(alphabet), alphabet, "abxxd")
    assert score > 0
    assert position == 2  # what came instead
    assert "expected 'text c' between 'text b' and 'text x'" in why.reason
    assert "it came" in why.reason
    assert why.expected_templates == [alphabet.template("c")]
    assert why.detail["rule"] == "presence"
    assert why.detail["exceptions"] == 0
    assert not why.decisive


@pytest.mark.parametrize(
    ("session", "position", "reason"),
    [
        ("acbd", 1, "'text c' came before 'text b'; in 400 of 400 sessions"),
        ("abbcd", 2, "'text b' came twice; in 400 of 400 sessions in training with it, it came once"),
    ],
)
def test_order_and_count_name_the_record_that_broke_them(session: str, position: int, reason: str) -> None:
    alphabet = Alphabet()
    score, where, why = _judged(_taught(alphabet), alphabet, session)
    assert score > 0
    assert where == position
    assert reason in why.reason


def test_a_ratio_that_always_held() -> None:
    alphabet = Alphabet()
    detector = _taught(alphabet, ("aab", "aaaabb", "aaaaaabbb"))
    assert _judged(detector, alphabet, "aaaaaaaabbbb")[0] == 0
    score, position, why = _judged(detector, alphabet, "aaaaab")
    assert score > 0
    assert position == 2
    assert "in 300 of 300 sessions in training with both they came as 2 to 1" in why.reason


def test_more_training_is_more_evidence() -> None:
    def score(copies: int) -> float:
        alphabet = Alphabet()
        return _judged(_taught(alphabet, copies=copies), alphabet, "abxxd")[0]

    assert score(10) < score(100) < score(1000)


def test_an_exception_in_training_takes_most_of_the_evidence() -> None:
    alphabet = Alphabet()
    normal = [session for session in _NORMAL for _ in range(100)]
    pure = _judged(_taught(alphabet, normal, 1), alphabet, "abxxd")[0]
    broken = _judged(_taught(alphabet, [*normal, "abxd"], 1), alphabet, "abxxd")[0]
    assert broken < pure - 2


def test_what_is_missing_from_a_session_that_was_cut_is_not_judged() -> None:
    alphabet = Alphabet()
    detector = _taught(alphabet, config=EventSetConfig())
    units = alphabet.sessions("ab", "bcd", "ba", "aab", "x" * 50)
    units.complete[:] = False
    odd = detector.score(units).values > 0
    assert odd.tolist() == [False, False, True, True, True]
    units.complete[:] = True
    assert detector.score(units).values.all()


def test_sessions_that_were_cut_teach_nothing() -> None:
    alphabet = Alphabet()
    units = alphabet.sessions(*_NORMAL * 50, *["ab"] * 100)
    units.complete[-100:] = False
    detector = EventSet("session")
    detector.fit(alphabet.corpus(units), lambda _stage, _fraction: None)
    assert _judged(detector, alphabet, "ab")[0] > 0


def test_windows_have_no_laws() -> None:
    alphabet = Alphabet()
    detector = EventSet("window", _LAWS_ONLY)
    detector.fit(alphabet.corpus(alphabet.windows(*[("abcd", 0)] * 400)), lambda _stage, _fraction: None)
    assert not detector.score(alphabet.windows(("ad", 0))).values.any()


def test_laws_survive_the_bundle(tmp_path: Path) -> None:
    alphabet = Alphabet()
    detector = _taught(alphabet)
    detector.export(tmp_path)
    loaded = EventSet.load(tmp_path, "session", _LAWS_ONLY)
    odd = alphabet.sessions("abd", "acbd", "abbcd")
    np.testing.assert_array_equal(loaded.score(odd).values, detector.score(odd).values)
    assert loaded.explain(odd, 0) == detector.explain(odd, 0)


def test_a_law_that_is_none_is_refused(tmp_path: Path) -> None:
    _taught(Alphabet()).export(tmp_path)
    path = tmp_path / "profiles.json"
    path.write_text(path.read_text().replace('"presence"', '"absence"'))
    with pytest.raises(BundleError, match="no law"):
        EventSet.load(tmp_path, "session", _LAWS_ONLY)


@given(st.lists(st.text("abcde", min_size=1, max_size=6), min_size=20, max_size=40))
def test_sessions_of_training_break_no_law_without_exceptions(sessions: list[str]) -> None:
    alphabet = Alphabet()
    detector = _taught(alphabet, sessions, 5)
    for session in set(sessions):
        score, _, why = _judged(detector, alphabet, session)
        assert not score or why.detail["exceptions"] > 0


def test_the_error_that_came_instead_of_a_step_is_named() -> None:
    alphabet = Alphabet()
    _, position, why = _judged(_taught(alphabet), alphabet, "abEE")
    assert position == 2
    assert why.template == alphabet.template("E")
    assert "after 'text b'" in why.reason


_EVENT = st.integers(0, 3)
_LAW = st.builds(
    Law,
    st.sampled_from(RELATIONS),
    _EVENT,
    _EVENT,
    st.just(100),
    st.just(0),
    st.sampled_from((2.0, 2.05, 4.0)),
    st.integers(1, 2),
    st.integers(1, 2),
)


def _is_broken(law: Law, session: Sequence[int], complete: bool) -> bool:
    first, second = session.count(law.first), session.count(law.second)
    if law.relation == "order":
        return first > 0 and second > 0 and session.index(law.first) > session.index(law.second)
    if law.relation == "count":
        return first > law.times or (complete and 0 < first < law.times)
    if law.relation == "presence":
        return complete and first > 0 and not second
    return complete and first > 0 and second > 0 and first * law.others != second * law.times


@given(st.lists(_LAW, max_size=12), st.lists(_EVENT, min_size=1, max_size=8), st.booleans())
def test_a_session_breaks_the_laws_that_it_breaks_one_by_one(
    laws: list[Law], session: list[int], complete: bool
) -> None:
    laws.sort(key=lambda law: -law.evidence)
    breach = Laws(laws).breach(session, complete=complete)
    broken = [law for law in laws if _is_broken(law, session, complete)]
    assert (breach.broken if breach else 0) == len(broken)
    assert breach is None or (breach.law in broken and breach.law.evidence >= broken[0].evidence - 0.1)


@given(st.lists(st.text("abcdxyz", min_size=1, max_size=8), min_size=1, max_size=12))
def test_what_was_judged_before_is_judged_the_same(sessions: list[str]) -> None:
    alphabet = Alphabet()
    detector = _taught(alphabet, copies=5)
    alone = [_judged(detector, alphabet, session)[:2] for session in sessions]
    units = alphabet.sessions(*sessions, *sessions)
    again = detector.score(units)
    places = again.positions - units.offsets[:-1]
    assert list(zip(again.values.tolist(), places.tolist(), strict=True)) == alone * 2
