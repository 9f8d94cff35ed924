"""What waits together is taken together: in order, of one sender, up to a size, and no turn is passed."""

import asyncio
import queue
from collections.abc import Iterator

import pytest

from burl.engine.answers import Answer
from burl.engine.inbox import Inbox, Request, Turn


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    yield inbox
    with pytest.raises(queue.Empty):
        inbox.take(0)


async def _answer() -> Answer:
    return Answer()


def request(sender: str = "peer", size_bytes: int = 10) -> Request:
    return Request(b"", sender, size_bytes, 1, asyncio.run(_answer()))


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
    sizes = [10, 10**9, 10**6, 10**6, 10**6]
    for size_bytes in sizes:
        inbox.put(request(size_bytes=size_bytes))
    taken = [inbox.take(0) for _ in range(4)]
    assert [[r.size_bytes for r in group] for group in taken if isinstance(group, list)] == [
        [10],
        [10**9],
        [10**6, 10**6],
        [10**6],
    ]
