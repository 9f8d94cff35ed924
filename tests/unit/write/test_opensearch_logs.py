"""Log records that OpenSearch does not store at once: it is too busy, has them, or they are too large."""

from collections.abc import Callable
from typing import Any

import orjson
from opensearchpy import OpenSearch
from opensearchpy.connection import Connection

from burl.clock import ManualClock
from burl.decide import Findings, LogRecords
from burl.write.counters import WriteCounters
from burl.write.opensearch.store import OpenSearchStore
from burl.write.settings import OpenSearchSettings
from support.logs import log_page
from support.retries import Waiter, seeded_retry

DONE = {"status": 201}
BUSY = {"status": 429, "error": {"type": "rejected_execution_exception", "reason": "the queue is full"}}
REPEAT = {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "it exists"}}
IDS = [*"abcd"]


class Answering(Connection):
    """Answers as OpenSearch; `item` says what becomes of a record, by its place and the request's number."""

    item: Callable[[int, int], dict[str, Any]] = staticmethod(lambda _place, _request: DONE)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.requests: list[tuple[float, str, list[str]]] = []
        self.clock = ManualClock()

    def perform_request(self, *arguments: Any, **_: Any) -> tuple[int, dict[str, str], str]:
        _method, url, params, body = arguments
        ids = [orjson.loads(line)["create"]["_id"] for line in body.splitlines()[::2]]
        self.requests.append((self.clock.monotonic(), url, ids))
        items = [self.item(place, len(self.requests)) for place, _ in enumerate(ids)]
        answer: dict[str, Any] = {"errors": any("error" in item for item in items)}
        if "status" in params["filter_path"]:
            answer["items"] = [{"create": item} for item in items]
        elif answer["errors"]:
            kinds = [{"error": {"type": item["error"]["type"]}} for item in items if "error" in item]
            answer["items"] = [{"create": kind} for kind in kinds]
        return 200, {"content-type": "application/json"}, orjson.dumps(answer).decode()


def _store(max_bytes: int = 1 << 20) -> tuple[OpenSearchStore, Answering, WriteCounters]:
    client = OpenSearch(["http://one:9200"], connection_class=Answering)
    connection: Answering = client.transport.get_connection()
    retry = seeded_retry(60.0, connection.clock, Waiter(connection.clock))
    store = OpenSearchStore(client, OpenSearchSettings(bulk_max_bytes=max_bytes), retry)
    return store, connection, retry.counters


def test_records_that_a_busy_store_refuses_come_again_after_a_while() -> None:
    store, connection, counters = _store()
    connection.item = lambda place, request: BUSY if place % 2 and request <= 2 else DONE
    store.write(Findings(logs=LogRecords([log_page(IDS)])))
    times, _, ids = zip(*connection.requests, strict=True)
    assert ids == (IDS, IDS, [*"bd"])
    assert times[0] < times[1] < times[2]
    assert (counters.retries, counters.stored_documents) == (2, 4)


def test_records_that_are_there_already_are_neither_sent_again_nor_waited_for() -> None:
    store, connection, counters = _store()
    connection.item = lambda place, _: REPEAT if place % 2 else DONE
    store.write(Findings(logs=LogRecords([log_page(IDS)])))
    assert [(seconds, ids) for seconds, _, ids in connection.requests] == [(0.0, IDS)]
    assert (counters.retries, counters.stored_documents) == (0, 4)


def test_a_request_is_of_one_day_and_no_larger_than_is_allowed() -> None:
    store, connection, _ = _store(max_bytes=1024)
    pages = [log_page(["a"]), log_page(["b"], day=1), log_page(["c"]), log_page([*"def"], text="x" * 400)]
    store.write(Findings(logs=LogRecords(pages)))
    assert [(url[-len("1970.01.01/_bulk") :], ids) for _, url, ids in connection.requests] == [
        ("1970.01.01/_bulk", ["a", "c"]),
        ("1970.01.02/_bulk", ["b"]),
        ("/_bulk", [*"de"]),
        ("/_bulk", ["f"]),
    ]
    assert {seconds for seconds, *_ in connection.requests} == {0.0}
