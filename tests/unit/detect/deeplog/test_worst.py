import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.detect.deeplog.worst import Judged, Worst, worst_of
from support.log_keys import Alphabet

_events = st.tuples(st.integers(0, 3), st.booleans(), st.booleans())
"""Score, whether the rule is broken, whether it was never seen."""


@given(st.lists(st.lists(_events, min_size=1, max_size=5), min_size=1, max_size=5))
def test_the_worst_event_is_the_first_of_the_most_improbable(
    sequences: list[list[tuple[int, bool, bool]]],
) -> None:
    events = [event for each in sequences for event in each]
    rows = np.repeat(np.arange(len(sequences)), [len(each) for each in sequences])
    scores, broken, unseen = (np.array(column) for column in zip(*events, strict=True))
    windows = np.arange(len(events), dtype=np.int32)[:, None]
    judged = Judged(rows, np.arange(len(events)), scores.astype(np.float64), broken, unseen, windows)
    found = worst_of(Alphabet().sessions(*("a" * len(each) for each in sequences)), judged)
    start = 0
    for one, worst in zip(sequences, found, strict=True):
        offset = max(range(len(one)), key=lambda at: (one[at][0], -at))
        score, _, is_unseen = one[offset]
        window = b"" if is_unseen else windows[start + offset].tobytes()
        assert worst == Worst(score, offset, window, any(broken for _, broken, _ in one))
        start += len(one)


def test_where_nothing_is_judged_the_first_event_is_named() -> None:
    none = np.empty(0, dtype=np.int64)
    judged = Judged(none, none, np.empty(0), none > 0, none > 0, np.empty((0, 4), dtype=np.int32))
    windows = Alphabet().windows(("abc", 2), ("abcd", 0))
    assert worst_of(windows, judged) == [Worst(0.0, 2, b"", False), Worst(0.0, 0, b"", False)]
