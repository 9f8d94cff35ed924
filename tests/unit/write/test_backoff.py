import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.clock import ManualClock
from burl.errors import Permanent, Retryable
from burl.write.backoff import Retry, full_jitter_seconds
from support.retries import Waiter, seeded_retry


def _retry(timeout_seconds: float) -> Retry:
    clock = ManualClock()
    return seeded_retry(timeout_seconds, clock, Waiter(clock))


@given(attempt=st.integers(0, 10_000), seed=st.integers())
def test_a_pause_is_within_its_exponential_bound(attempt: int, seed: int) -> None:
    rng = random.Random(seed)
    pause = full_jitter_seconds(attempt, rng, base_seconds=0.5, cap_seconds=60.0)
    assert 0.0 <= pause <= min(60.0, 0.5 * 2 ** min(attempt, 30))


def test_an_attempt_is_repeated_until_it_succeeds() -> None:
    retry = _retry(60.0)
    failures = [Retryable("busy"), Retryable("busy")]

    def attempt() -> str:
        if failures:
            raise failures.pop()
        return "stored"

    assert retry.run(attempt) == "stored"
    assert retry.counters.retries == 2


def test_the_last_error_is_raised_when_time_is_up() -> None:
    retry = _retry(30.0)
    attempts: list[int] = []

    def attempt() -> None:
        attempts.append(len(attempts))
        raise Retryable(f"attempt {len(attempts)}")

    with pytest.raises(Retryable) as raised:
        retry.run(attempt)
    assert len(attempts) == retry.counters.retries + 1 > 3
    assert str(raised.value) == f"attempt {len(attempts)}"


def test_what_is_permanent_is_not_repeated() -> None:
    retry = _retry(30.0)

    def attempt() -> None:
        raise Permanent("never")

    with pytest.raises(Permanent):
        retry.run(attempt)
    assert retry.counters.retries == 0


def test_a_stop_ends_the_retries() -> None:
    retry = _retry(1e9)
    retry.stop()

    def attempt() -> None:
        raise Retryable("busy")

    with pytest.raises(Retryable):
        retry.run(attempt)
    assert retry.counters.retries == 0
