"""What the faults are tried on: the shipped shop logs, with their faults, as serialised requests."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import ResourceLogs

from burl.clock import SystemClock
from burl.receive.batch import Batch, Identity, StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
BUDGET, GAP_SECONDS = "200/day", 8.0
"""The time of these logs is compressed."""
DECIDE = {"budget": BUDGET, "incident_gap_seconds": GAP_SECONDS}
SETTINGS: dict[str, object] = {
    "bundle": {"path": str(SHOP / "bundle")},
    "decide": DECIDE,
}
ROUND_NS = 24 * 3600 * 10**9
"""The logs are repeated a day later when more records are wanted than there are."""


def shop_requests(records: int, size: int = 500) -> Iterator[bytes]:
    """Yield requests of `size` records, `records` in all, in order of time."""
    rows = islice(shop_rows(), records)
    while chunk := list(islice(rows, size)):
        yield _request(chunk)


def shop_uids(records: int) -> set[str]:
    """Return the uids of the first so many records."""
    return {_uid(batch, row, number) for batch, row, _, number in islice(shop_rows(), records)}


def shop_times_ns(records: int, size: int = 500) -> list[int]:
    """Return the time of the first record of each request."""
    return [int(batch.times_ns[row]) for batch, row, _, _ in islice(shop_rows(), 0, records, size)]


Row = tuple[Batch, int, Identity, int]
"""A batch, a row of it, who wrote it, and how often the logs were repeated before."""


def shop_rows() -> Iterator[Row]:
    """Yield the records in order of time, again and again."""
    number = 0
    while True:
        streams = StreamTable()
        for batch in FileReader(ReceiveSettings(), streams, SystemClock()).read([SHOP / "test"]):
            for row in range(len(batch)):
                yield batch, row, streams.identity(int(batch.streams[row])), number
        number += 1


def _request(rows: list[Row]) -> bytes:
    message = ExportLogsServiceRequest()
    by_stream: dict[str, ResourceLogs] = {}
    for batch, row, identity, number in rows:
        logs = by_stream.get(identity.stream)
        if logs is None:
            logs = by_stream[identity.stream] = message.resource_logs.add()
            _name(logs, identity)
            logs.scope_logs.add()
        record = logs.scope_logs[0].log_records.add(
            time_unix_nano=int(batch.times_ns[row]) + number * ROUND_NS
        )
        record.body.string_value = batch.bodies[row]
        uid = record.attributes.add(key="log.record.uid")
        uid.value.string_value = _uid(batch, row, number)
    return message.SerializeToString()


def _uid(batch: Batch, row: int, number: int) -> str:
    return f"{batch.origin.uid(row)}#{number}"


def _name(logs: ResourceLogs, identity: Identity) -> None:
    names = {
        "k8s.namespace.name": identity.namespace,
        "k8s.pod.name": identity.pod,
        "k8s.container.name": identity.container,
    }
    for key, value in names.items():
        logs.resource.attributes.add(key=key).value.string_value = value
