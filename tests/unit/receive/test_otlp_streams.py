"""Whose a record is: stream, service and sender, from what a request says of it."""

import tracemalloc
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from burl.receive.batch import StreamTable
from burl.receive.otlp import Decoder
from burl.receive.settings import IdentitySettings, ReceiveSettings
from support.otlp import NOW_NS, decode, one, record, request, uids

KUBERNETES = {"namespace_name": "shop", "pod_name": "api-6d5f7c9b8-x2x7k", "container_name": "app"}


def stream_of(raw: bytes, **settings: Any) -> tuple[str, str]:
    streams = StreamTable()
    (batch,) = Decoder(ReceiveSettings(**settings), streams).decode(raw, "peer", NOW_NS)
    identity = streams.identity(int(batch.streams[0]))
    return identity.stream, identity.service


def test_streams_of_one_request() -> None:
    names = ["api-6d5f7c9b8-x2x7k", "api-6d5f7c9b8-aaaaa", "api-6d5f7c9b8-x2x7k"]
    records = [
        record(attributes={"log.file.offset": index, "kubernetes": KUBERNETES | {"pod_name": name}})
        for index, name in enumerate(names)
    ]
    streams = StreamTable()
    (batch,) = Decoder(ReceiveSettings(), streams).decode(request(records), "peer", NOW_NS)
    assert batch.streams.tolist() == [0, 1, 0]
    assert streams.services_of(batch.streams).tolist() == [0, 0, 0]


def test_a_map_body_names_the_stream_as_attributes_do() -> None:
    in_body = stream_of(request([record({"log": "x", "kubernetes": KUBERNETES})]))
    in_attributes = stream_of(request([record("x", attributes={"kubernetes": KUBERNETES})]))
    assert in_body == in_attributes == ("shop/api-6d5f7c9b8-x2x7k/app", "shop/api/app")


PODS = st.sampled_from([None, KUBERNETES, KUBERNETES | {"pod_name": "other"}])
RECORDS = st.builds(
    lambda in_body, in_attributes: record(
        "x" if in_body is None else {"log": "x", "kubernetes": in_body},
        attributes={} if in_attributes is None else {"kubernetes": in_attributes},
    ),
    PODS,
    PODS,
)


@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_whose_a_record_is_does_not_depend_on_those_beside_it(records: list[LogRecord]) -> None:
    streams = StreamTable()
    (batch,) = Decoder(ReceiveSettings(), streams).decode(request(records), "peer", NOW_NS)
    together = [streams.identity(stream) for stream in batch.streams.tolist()]
    alone = [stream_of(request([each])) for each in records]
    assert [(identity.stream, identity.service) for identity in together] == alone


def test_streams_and_services_by_chosen_attributes() -> None:
    attributes = {"kubernetes": KUBERNETES | {"labels": {"app": "checkout"}}, "tenant": "blue"}
    identity = IdentitySettings(
        namespace_attributes=("tenant",), service_attributes=("kubernetes.labels.app",)
    )
    raw = request([record(attributes=attributes)])
    assert stream_of(raw, identity=identity) == ("blue/api-6d5f7c9b8-x2x7k/app", "blue/checkout/app")


def test_a_full_cache_changes_nothing() -> None:
    pods = [KUBERNETES | {"pod_name": f"pod-{i % 5}", "pod_ip": f"10.42.0.{i % 20}"} for i in range(50)]
    records = [record(attributes={"kubernetes": pod}) for pod in pods]
    small = one(request(records), identity=IdentitySettings(cache_entries=1))
    assert small.streams.tolist() == one(request(records)).streams.tolist()


def test_long_names_take_little_memory() -> None:
    streams = StreamTable()
    decoder = Decoder(ReceiveSettings(), streams)
    tracemalloc.start()
    for number in range(10, 60):
        raw = request(
            [record(attributes={"kubernetes": KUBERNETES})], {"host.name": f"{number}" + "x" * 2**22}
        )
        (batch,) = decoder.decode(raw, "peer", NOW_NS)
        assert batch.streams.tolist() == [0]
    del batch, raw
    assert tracemalloc.get_traced_memory()[0] < 150 * 2**20
    tracemalloc.stop()
    assert streams.identity(0).fields["host.name"] == "59" + "x" * 1022


def test_the_sender_is_the_peer_or_a_resource_attribute() -> None:
    message = ExportLogsServiceRequest()
    for node in ("node-a", "node-a", "node-b"):
        message.MergeFromString(request([record()], {"k8s.node.name": node}))
    raw = message.SerializeToString()
    assert [(b.sender, len(b)) for b in decode(raw)] == [("peer", 3)]
    named = decode(raw, sender_attribute="k8s.node.name")
    assert [(b.sender, len(b)) for b in named] == [("node-a", 2), ("node-b", 1)]
    assert len(set(uids(decode(raw)))) == 3
