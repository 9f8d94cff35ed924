import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from burl.detect.cache import ScoreCache, SequenceMemory

rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30)


class _Scorer:
    """Scores a window by its content and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, ...]] = []

    def __call__(self, windows: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        self.asked += [tuple(row) for row in windows.tolist()]
        return (windows[:, 0] * 10 + windows[:, 1]).astype(np.float64)


@given(st.lists(rows, min_size=1, max_size=5), st.integers(1, 20))
def test_scores_are_those_of_the_scorer_and_the_memory_is_bounded(
    calls: list[list[tuple[int, int]]], max_cached: int
) -> None:
    cache, scorer = ScoreCache(max_cached), _Scorer()
    for call in calls:
        windows = np.array(call, dtype=np.int32)
        assert cache.scores(windows, scorer).tolist() == [10 * a + b for a, b in call]
        assert len(cache) <= max_cached


@given(st.lists(rows, min_size=1, max_size=5))
def test_a_remembered_window_is_scored_once(calls: list[list[tuple[int, int]]]) -> None:
    cache, scorer = ScoreCache(1000), _Scorer()
    for call in calls:
        cache.scores(np.array(call, dtype=np.int32), scorer)
    assert len(scorer.asked) == len(set(scorer.asked))


def test_what_is_asked_for_again_outlives_what_is_not() -> None:
    cache, scorer = ScoreCache(20), _Scorer()
    for number in range(30):
        cache.scores(np.array([[0, 0], [number, 1]], dtype=np.int32), scorer)
    assert scorer.asked.count((0, 0)) == 1


@given(st.integers(0, 2_000), st.integers(1, 50))
def test_what_remembered_sequences_take_is_bounded_however_long_they_are(events: int, max_kept: int) -> None:
    memory = SequenceMemory[int](max_kept)
    for number in range(100):
        content = number.to_bytes(4, "little") + bytes(4 * events)
        assert memory.values([("order", 0, True, content)], lambda _: [1]) == [1]
        assert len(memory) <= max_kept
        assert len(memory) * len(content) <= 256 * max_kept
