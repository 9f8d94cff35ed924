"""The shop's logs as documents of an index, the way Fluent Bit's `opensearch` output writes them."""

from collections.abc import Iterator
from itertools import islice

import orjson
from opensearchpy import OpenSearch

from burl.decide.times import rfc3339
from support.workload import ROUND_NS, shop_rows

_BULK = 2_000
_MAPPING = {
    "settings": {"number_of_shards": 1, "number_of_replicas": 0},
    "mappings": {"dynamic": False, "properties": {"@timestamp": {"type": "date_nanos"}}},
}


def fill(client: OpenSearch, index: str, documents: int) -> None:
    """Make `index`, and put so many log documents into it."""
    client.indices.create(index=index, body=_MAPPING)
    lines = _lines(documents)
    while chunk := b"".join(islice(lines, _BULK)):
        assert not client.bulk(body=chunk, index=index, params={"filter_path": "errors"})["errors"]
    client.indices.refresh(index=index)


def _lines(documents: int) -> Iterator[bytes]:
    for batch, row, identity, number in islice(shop_rows(), documents):
        uid = f"{batch.origin.uid(row)}#{number}"
        names = {
            "namespace_name": identity.namespace,
            "pod_name": identity.pod,
            "container_name": identity.container,
        }
        time_ns = int(batch.times_ns[row]) + number * ROUND_NS
        document = {"@timestamp": rfc3339(time_ns), "log": batch.bodies[row], "kubernetes": names}
        yield orjson.dumps({"create": {"_id": uid}}) + b"\n" + orjson.dumps(document) + b"\n"
