"""Records that never repeat: streams, tokens, sessions and attributes, each seen once."""

import random
import uuid
from collections.abc import Iterator, Sequence

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

ATTRIBUTES = 1_000
_WORDS = 12


def hostile_requests(streams: int, size: int, times_ns: Sequence[int], seed: int = 9) -> Iterator[bytes]:
    """Yield requests of `size` records, each of a stream of its own; `times_ns` spread over the requests.

    A record's tokens are random, its session id is new (that of a job, as the shop writes it), and one record
    of each request has 1,000 attributes.
    """
    rng = random.Random(seed)
    for start in range(0, streams, size):
        message = ExportLogsServiceRequest()
        time_ns = times_ns[start * len(times_ns) // streams]
        for number in range(start, min(start + size, streams)):
            logs = message.resource_logs.add()
            names = {"k8s.namespace.name": "hostile", "k8s.pod.name": f"flood-{_token(rng)}-{number}"}
            for key, value in names.items():
                logs.resource.attributes.add(key=key).value.string_value = value
            record = logs.scope_logs.add().log_records.add(time_unix_nano=time_ns, severity_number=17)
            record.body.string_value = _body(rng)
            if number == start:
                for _ in range(ATTRIBUTES):
                    record.attributes.add(key=_token(rng)).value.string_value = _token(rng)
        yield message.SerializeToString()


def _body(rng: random.Random) -> str:
    job = uuid.UUID(int=rng.getrandbits(128))
    return " ".join(["ERROR", f"job={job}", *(_token(rng) for _ in range(rng.randint(1, _WORDS)))])


def _token(rng: random.Random) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(4, 12)))
