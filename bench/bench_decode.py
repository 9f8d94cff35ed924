"""Records per second of CPU time that the decoder does: `python bench/bench_decode.py`."""

import statistics
import time
from collections.abc import Iterator

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from burl.receive.batch import StreamTable
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings

ARRIVAL_NS = 1_795_348_800 * 10**9
SECONDS = 1.5


def request(records: int, *, attributes: bool) -> bytes:
    """Return a request as Fluent Bit's recommended configuration sends it."""
    message = ExportLogsServiceRequest()
    scope = message.resource_logs.add().scope_logs.add()
    for index in range(records):
        record = scope.log_records.add(time_unix_nano=ARRIVAL_NS + index)
        record.body.string_value = f'10.0.0.{index % 250} - - "GET /cart/{index} HTTP/1.1" 200 {index * 7}'
        if attributes:
            record.attributes.extend(kubernetes_attributes(index))
    return message.SerializeToString()


def kubernetes_attributes(index: int) -> Iterator[KeyValue]:
    """Yield the eight attributes of a container's record."""
    pod = f"checkout-6d5f7c9b8-x2x{index % 9}k"
    path = f"/var/log/containers/{pod}_shop_app-{'ab' * 32}.log"
    stamp = f"2026-11-22T12:00:00.{index:09d}Z"
    plain = {"time": stamp, "stream": "stdout", "_p": "F", "log.file.path": path}
    plain |= {"fluent_tag": f"kube{path.replace('/', '.')}", "log.record.uid": f"{path}@{index}@{stamp}"}
    for key, value in plain.items():
        pair = KeyValue(key=key)
        pair.value.string_value = value
        yield pair
    offset = KeyValue(key="log.file.offset")
    offset.value.int_value = index * 100
    yield offset
    yield kubernetes(pod)


def kubernetes(pod: str) -> KeyValue:
    """Return the map that Fluent Bit's kubernetes filter adds."""
    result = KeyValue(key="kubernetes")
    values = {
        "pod_name": pod,
        "namespace_name": "shop",
        "pod_id": "0ec2b6b4-6d0c-4a0a-9a52-1b2f7e5b0d11",
        "host": "node-a",
        "pod_ip": "10.42.0.17",
        "container_name": "app",
        "docker_id": "ab" * 32,
        "container_hash": f"registry.local/checkout@sha256:{'cd' * 32}",
        "container_image": "registry.local/checkout:1.4.2",
    }
    for key, value in values.items():
        result.value.kvlist_value.values.add(key=key).value.string_value = value
    return result


def speed(raw: bytes, records: int) -> float:
    """Return records per second of CPU time, the median over rounds."""
    decoder = Decoder(ReceiveSettings(), StreamTable())
    costs: list[float] = []
    while sum(costs) < SECONDS:
        start = time.process_time()
        for batch in decoder.decode(raw, "node-a", ARRIVAL_NS):
            assert len(batch)
        costs.append(time.process_time() - start)
    return records / statistics.median(costs)


def main() -> None:
    """Print a table."""
    print(f"{'records a request':>18} {'attributes':>11} {'records/s of CPU':>17}")
    for attributes in (False, True):
        for records in (100, 1000, 20_000):
            raw = request(records, attributes=attributes)
            print(f"{records:>18} {8 * attributes:>11} {speed(raw, records):>17,.0f}")


if __name__ == "__main__":
    main()
