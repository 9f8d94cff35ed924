"""Log records that OpenSearch is too busy for."""

from typing import Any

import orjson
from opensearchpy import OpenSearch
from opensearchpy.connection import Connection

from burl.clock import ManualClock
from burl.decide import Findings, LogRecords
from burl.write.opensearch.store import OpenSearchStore
from burl.write.settings import OpenSearchSettings
from support.retries import Waiter, seeded_retry

DONE = {"status": 201}
BUSY = {"status": 429, "error": {"type": "rejected_execution_exception", "reason": "the queue is full"}}


class Busy(Connection):
    """Answers as an OpenSearch whose queue is full after each second document, one time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.requests: list[tuple[float, list[bytes]]] = []
        self.clock = ManualClock()

    def perform_request(self, *arguments: Any, **_: Any) -> tuple[int, dict[str, str], str]:
        _method, _url, params, body = arguments
        ids = [orjson.loads(line)["create"]["_id"] for line in body.splitlines()[::2]]
        self.requests.append((self.clock.monotonic(), ids))
        busy = len(self.requests) <= 2
        items = [{"create": BUSY if busy and number % 2 else DONE} for number, _ in enumerate(ids)]
        answer = {"errors": busy} if params["filter_path"] == "errors" else {"errors": busy, "items": items}
        return 200, {"content-type": "application/json"}, orjson.dumps(answer).decode()


def test_records_that_a_busy_store_refuses_come_again_after_a_while() -> None:
    client = OpenSearch(["http://one:9200"], connection_class=Busy)
    connection: Busy = client.transport.get_connection()
    retry = seeded_retry(60.0, connection.clock, Waiter(connection.clock))
    store = OpenSearchStore(client, OpenSearchSettings(), retry)
    store.write(Findings(logs=LogRecords([*"abcd"], [0, 1, 2, 3], [b"{}"] * 4)))
    times, ids = zip(*connection.requests, strict=True)
    assert ids == ([*"abcd"], [*"abcd"], [*"bd"])
    assert times[0] < times[1] < times[2]
    assert retry.counters.retries == 2
    assert retry.counters.stored_documents == 4
