import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.detect.contexts import Symbols, contexts, shortened
from burl.detect.vocabulary import Vocabulary
from burl.window import Sequences
from support.log_keys import Alphabet

_HISTORY = 3
_VOCABULARY = Vocabulary(["id-a", "id-b", "id-c"])
_SYMBOLS = Symbols(3, ("order", "window"))
_A, _B, _C, _END, _PAD, _ORDER, _WINDOW = range(7)

letters = st.text("abcx", min_size=1, max_size=8)
kinds = st.sampled_from(["order", "unheard of"])


def _cut(sequences: Sequences) -> list[tuple[int, int, list[int]]]:
    dense = _VOCABULARY.encode(sequences.templates, sequences.catalogue)
    found = contexts(sequences, dense, _SYMBOLS, _HISTORY)
    return list(zip(found.rows.tolist(), found.positions.tolist(), found.windows.tolist(), strict=True))


def _one_by_one(sequences: Sequences) -> list[tuple[int, int, list[int]]]:
    """What `contexts` shall give, event by event."""
    found = []
    dense = _VOCABULARY.encode(sequences.templates, sequences.catalogue).tolist()
    for row, kind in enumerate(sequences.kinds):
        start, stop = int(sequences.offsets[row]), int(sequences.offsets[row + 1])
        judged_from = start + int(sequences.leads[row])
        known = [(p, dense[p]) for p in range(start, stop) if dense[p] < 3]
        if kind not in _SYMBOLS.kinds or not any(p >= judged_from for p, _ in known):
            continue
        if sequences.unit == "session":
            last = known[-1][0]
            known += [(last, _END)] + [(last, _PAD)] * (len(known) < _HISTORY)
        past = [_SYMBOLS.predicted + _SYMBOLS.kinds.index(kind)] * _HISTORY
        for position, symbol in known:
            if position >= judged_from:
                found.append((row, position, [*past[-_HISTORY:], symbol]))
            past.append(symbol)
    return found


def test_a_session_begins_with_its_kind_and_ends_with_an_end() -> None:
    assert _cut(Alphabet().sessions("abca")) == [
        (0, 0, [_ORDER, _ORDER, _ORDER, _A]),
        (0, 1, [_ORDER, _ORDER, _A, _B]),
        (0, 2, [_ORDER, _A, _B, _C]),
        (0, 3, [_A, _B, _C, _A]),
        (0, 3, [_B, _C, _A, _END]),
    ]


def test_a_session_shorter_than_the_history_is_padded() -> None:
    assert _cut(Alphabet().sessions("ab"))[-2:] == [
        (0, 1, [_ORDER, _A, _B, _END]),
        (0, 1, [_A, _B, _END, _PAD]),
    ]


def test_a_window_judges_only_what_follows_its_lead() -> None:
    assert _cut(Alphabet().windows(("abc", 2))) == [(0, 2, [_WINDOW, _A, _B, _C])]


def test_events_never_seen_are_left_out_of_the_history() -> None:
    assert _cut(Alphabet().windows(("axbc", 3))) == [(0, 3, [_WINDOW, _A, _B, _C])]


@given(st.lists(st.tuples(letters, kinds), min_size=1, max_size=6))
def test_sessions_are_cut_as_if_one_by_one(drawn: list[tuple[str, str]]) -> None:
    sequences = Alphabet().sessions(*(text for text, _ in drawn), kinds=[kind for _, kind in drawn])
    assert _cut(sequences) == _one_by_one(sequences)


@given(st.lists(st.tuples(letters, st.integers(0, 4)), min_size=1, max_size=6))
def test_windows_are_cut_as_if_one_by_one(drawn: list[tuple[str, int]]) -> None:
    sequences = Alphabet().windows(*((text, min(lead, len(text))) for text, lead in drawn))
    assert _cut(sequences) == _one_by_one(sequences)


def test_a_shortened_history_keeps_its_end_and_what_came() -> None:
    windows = np.tile(np.array([[_A, _B, _C, _A]], dtype=np.int32), (50, 1))
    for row in shortened(windows, _WINDOW, np.random.default_rng(0)).tolist():
        starts = row.count(_WINDOW)
        assert row == [_WINDOW] * starts + [_A, _B, _C, _A][starts:]
        assert 1 <= starts <= 3
