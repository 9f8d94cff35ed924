"""What comes together is taken together: in order, of one sender, up to a size, and no turn is passed."""

import asyncio
import queue
import threading
from collections.abc import Iterator

import pytest

from burl.engine.answers import Answer
from burl.engine.inbox import Inbox, Request, Turn


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox(patience_seconds=0)
    yield inbox
    with pytest.raises(queue.Empty):
        inbox.take(0)


async def _answer() -> Answer:
    return Answer()


def request(sender: str = "peer", size_bytes: int = 10, in_flight: int = 1) -> Request:
    return Request(b"", sender, size_bytes, 1, asyncio.run(_answer()), in_flight)


def test_requests_of_a_sender_come_together_up_to_another_sender_a_turn_or_the_end(inbox: Inbox) -> None:
    items = [request(), request(), request("other"), request()]
    turn = Turn(lambda: None, asyncio.run(_answer()))
    for item in (*items, turn, request(), None):
        inbox.put(item)
    taken = [inbox.take(0) for _ in range(6)]
    assert taken[:4] == [items[:2], [items[2]], [items[3]], turn]
    assert isinstance(taken[4], list)
    assert taken[5] is None


def test_they_are_no_more_than_a_batch_but_one_may_be_larger(inbox: Inbox) -> None:
    sizes = [10, 10**9, 2 * 10**6, 2 * 10**6, 10**6]
    for size_bytes in sizes:
        inbox.put(request(size_bytes=size_bytes))
    taken = [inbox.take(0) for _ in range(4)]
    assert [[r.size_bytes for r in group] for group in taken if isinstance(group, list)] == [
        [10],
        [10**9],
        [2 * 10**6, 2 * 10**6],
        [10**6],
    ]


def test_as_many_as_its_sender_had_in_flight_are_waited_for() -> None:
    inbox = Inbox(patience_seconds=3600)
    first, second, third, fourth = (request(in_flight=count) for count in (1, 2, 1, 2))
    inbox.put(first)
    inbox.put(second)
    assert inbox.take(0) == [first, second]
    inbox.put(third)
    later = threading.Thread(target=inbox.put, args=(fourth,))
    later.start()
    assert inbox.take(0) == [third, fourth]
    later.join()


def test_two_halves_that_take_turns_come_together() -> None:
    inbox = Inbox(patience_seconds=3600)
    items = [request(in_flight=count) for count in (3, 4, 3, 4, 1, 2)]
    for item in items[:2]:
        inbox.put(item)
    assert inbox.take(0) == items[:2]
    for item in items[2:4]:
        inbox.put(item)
    later = threading.Thread(target=lambda: list(map(inbox.put, items[4:])))
    later.start()
    assert inbox.take(0) == items[2:]
    later.join()


def test_a_sender_that_waits_for_its_answer_is_not_kept_waiting() -> None:
    inbox = Inbox(patience_seconds=3600)
    alone, large = request(), [request(size_bytes=2**21), request(size_bytes=10)]
    for sent in ([alone], large, [request("other")], [request()]):
        for each in sent:
            inbox.put(each)
        assert inbox.take(0) == sent


def test_others_are_waited_for_until_there_is_enough() -> None:
    inbox = Inbox(patience_seconds=3600)
    for sent in ([request(in_flight=2), request()], [request(size_bytes=2**21)]):
        for each in sent:
            inbox.put(each)
        assert inbox.take(0) == sent


def test_what_must_come_next_ends_the_wait() -> None:
    inbox = Inbox(patience_seconds=3600)
    turn, other = Turn(lambda: None, asyncio.run(_answer())), request("other")
    for following in (turn, other, None):
        pair, lone = [request(in_flight=2), request()], request()
        for item in pair:
            inbox.put(item)
        assert inbox.take(0) == pair
        inbox.put(lone)
        inbox.put(following)
        assert inbox.take(0) == [lone]
        assert inbox.take(0) == ([other] if following is other else following)


def test_nobody_is_waited_for_long() -> None:
    inbox = Inbox(patience_seconds=0.001)
    for sent in ([request(in_flight=2), request()], [request()]):
        for each in sent:
            inbox.put(each)
        assert inbox.take(0) == sent
