import threading

import pytest

from burl.decide import Findings
from burl.errors import Retryable
from burl.write import FanOut, WriteCounters
from burl.write.fanout import Background
from support.samples import annotation


class Memory:
    """A sink that keeps what it is given, fails while told to, and waits while it is held."""

    name = "memory"

    def __init__(self) -> None:
        self.written: list[Findings] = []
        self.error: Exception | None = None
        self.entered = threading.Semaphore(0)
        self.free = threading.Event()
        self.free.set()

    def write(self, findings: Findings) -> None:
        self.entered.release()
        self.free.wait()
        if self.error is not None:
            raise self.error
        self.written.append(findings)

    def healthy(self) -> bool:
        return self.error is None

    def close(self) -> None:
        self.entered.release()


def _findings(number: int) -> Findings:
    return Findings(annotations=[annotation(number)])


def test_the_store_decides() -> None:
    store, other = Memory(), Memory()
    fan = FanOut(store, [Background(other, WriteCounters())])
    fan.write(_findings(1))
    store.error = Retryable("down")
    with pytest.raises(Retryable):
        fan.write(_findings(2))
    assert not fan.healthy()
    fan.close()
    assert store.written == other.written == [_findings(1)]


def test_a_failing_sink_holds_nothing_up_and_is_counted() -> None:
    store, other, counters = Memory(), Memory(), WriteCounters()
    other.error = Retryable("down")
    fan = FanOut(store, [Background(other, counters)])
    fan.write(_findings(1))
    fan.write(_findings(2))
    fan.close()
    assert store.written == [_findings(1), _findings(2)]
    assert counters.dropped_documents == 2


def test_a_slow_sink_drops_what_its_queue_cannot_hold() -> None:
    other, counters = Memory(), WriteCounters()
    other.free.clear()
    background = Background(other, counters, capacity=2)
    background.write(_findings(0))
    assert other.entered.acquire(timeout=10)
    for number in (1, 2, 3):
        background.write(_findings(number))
    assert counters.dropped_documents == 1
    other.free.set()
    background.close()
    assert other.written == [_findings(number) for number in (0, 1, 2)]
