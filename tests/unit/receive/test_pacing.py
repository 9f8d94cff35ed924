import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.receive.pacing import Paced


@given(st.integers(0, 100), st.integers(1, 7))
def test_every_item_comes_once_and_in_order(count: int, size: int) -> None:
    slices = list(Paced(iter(range(count)), size, 60))
    assert [item for slice_ in slices for item in slice_] == list(range(count))
    assert all(0 < len(slice_) <= size for slice_ in slices)


def test_what_is_there_is_given_out_when_the_source_pauses() -> None:
    taken = threading.Event()

    def items() -> Iterator[str]:
        yield "first"
        assert taken.wait(60)
        yield "second"

    slices = iter(Paced(items(), 4096, 0.01))
    assert next(slices) == ["first"]
    taken.set()
    assert list(slices) == [["second"]]


def test_what_was_read_before_an_error_comes_first() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    slices = iter(Paced(items(), 4096, 60))
    assert next(slices) == [1]
    with pytest.raises(ValueError, match="broken"):
        next(slices)
