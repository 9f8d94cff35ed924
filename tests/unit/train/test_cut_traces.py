from burl.receive.sequences import EventSequence
from burl.train.sequences import cut_traces


def _trace(name: str, events: int) -> EventSequence:
    return EventSequence("train", name, 0, "", tuple(map(str, range(events))))


def test_a_few_long_traces_become_windows_of_a_thousand_events() -> None:
    windows = cut_traces([_trace("a", 90_500), _trace("b", 10)])
    assert [len(window.events) for window in windows] == [1_000] * 90 + [500, 10]
    assert windows[1].id == "a@1000"
    assert windows[1].events[0] == "1000"


def test_short_or_many_sequences_stay_as_they_are() -> None:
    for rows in ([_trace("a", 5_000)] * 3, [_trace("a", 2_000)] * 80):
        assert cut_traces(rows) == rows
