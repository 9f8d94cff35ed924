import threading

from burl.clock import ManualClock
from burl.errors import ConfigError, Retryable
from burl.write.health import PROBE_INTERVAL_SECONDS, Health


class Sink:
    """A probe that says when it was made, and fails while told to."""

    def __init__(self) -> None:
        self.error: Exception | None = Retryable("down")
        self.probed = threading.Semaphore(0)

    def probe(self) -> None:
        self.probed.release()
        if self.error is not None:
            raise self.error


def _settle() -> None:
    for thread in threading.enumerate():
        if thread.name == "burl-sink-probe":
            thread.join()


def test_a_sink_is_up_until_it_fails() -> None:
    health = Health(Sink().probe, ManualClock())
    assert health.healthy()
    health.down()
    assert not health.healthy()
    health.up()
    assert health.healthy()


def test_a_probe_finds_out_that_the_sink_is_back() -> None:
    clock, sink = ManualClock(), Sink()
    health = Health(sink.probe, clock)
    health.down()
    assert not health.healthy()
    assert not sink.probed.acquire(blocking=False), "probed before it was due"
    for error in (Retryable("down"), ConfigError("wrong password"), None):
        sink.error = error
        clock.advance(PROBE_INTERVAL_SECONDS)
        health.healthy()
        assert sink.probed.acquire(timeout=10)
        _settle()
        assert health.healthy() is (error is None)
