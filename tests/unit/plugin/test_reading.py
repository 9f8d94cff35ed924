"""Log documents of the forms that are out there, and the addresses that name them."""

from typing import Any

import pytest

from burl.clock import ManualClock
from burl.errors import InputError
from burl.receive.identity import identify
from burl.receive.line_time import rfc3339_ns
from burl.receive.settings import IdentitySettings, ReceiveSettings
from burl_opensearch.reading.documents import (
    attributes_of,
    body_of,
    severity_of,
    span_of,
    stem_of,
    trace_of,
)
from burl_opensearch.reading.reader import Cursor
from burl_opensearch.reading.source import moment_ns, parse_source

LINE = "disk 7 is full"
FORMS: dict[str, dict[str, Any]] = {
    "plain": {"message": LINE, "level": "ERROR", "k8s.namespace.name": "shop", "k8s.pod.name": "cart-0"},
    "ECS": {
        "message": LINE,
        "log": {"level": "error", "file": {"path": "/var/log/cart.log"}},
        "kubernetes": {"namespace": "shop", "pod": {"name": "cart-0"}, "container": {"name": "app"}},
        "trace": {"id": "ab"},
        "span": {"id": "cd"},
    },
    "SS4O": {
        "body": LINE,
        "severity": {"text": "ERROR", "number": 17},
        "resource": {"k8s.namespace.name": "shop", "k8s.pod.name": "cart-0", "k8s.container.name": "app"},
        "traceId": "ab",
        "spanId": "cd",
    },
    "Fluent Bit": {
        "log": LINE,
        "severity": "error",
        "kubernetes": {"namespace_name": "shop", "pod_name": "cart-0", "container_name": "app"},
        "trace_id": "ab",
        "span_id": "cd",
    },
    "Data Prepper": {
        "body": LINE,
        "severityNumber": 17,
        "resource.attributes.k8s@namespace@name": "shop",
        "resource.attributes.k8s@pod@name": "cart-0",
        "resource.attributes.k8s@container@name": "app",
        "traceId": "ab",
        "spanId": "cd",
    },
    "Data Prepper, nested": {
        "body": {"message": LINE},
        "severity": {"number": 17},
        "resource": {"attributes": {"k8s": {"namespace": {"name": "shop"}, "pod": {"name": "cart-0"}}}},
        "traceId": "ab",
        "spanId": "cd",
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same(form: str) -> None:
    flat = attributes_of(FORMS[form])
    who = identify(flat, "opensearch", IdentitySettings())
    assert body_of(FORMS[form], ReceiveSettings().body_keys) == LINE
    assert severity_of(flat) == 17
    assert (who.namespace, who.workload, who.pod) == ("shop", "cart", "cart-0")
    if form != "plain":
        assert (trace_of(flat), span_of(flat)) == ("ab", "cd")


def test_a_body_without_a_text_is_told_as_json() -> None:
    assert body_of({"body": {"b": 1, "a": "x"}}, ("message",)) == '{"a":"x","b":1}'
    assert body_of({"log": {"level": "info"}, "other": 1}, ("message",)) == ""


@pytest.mark.parametrize(
    ("text", "host", "index"),
    [
        ("opensearch://search:9200/logs-*?since=2d&service.name=cart", "http://search:9200", "logs-*"),
        ("opensearch:/search:9200/logs-*?since=2d&service.name=cart", "http://search:9200", "logs-*"),
        ("opensearch+https://search/logs-*?since=2d&service.name=cart", "https://search", "logs-*"),
        ("opensearch:///logs-*?since=2d&service.name=cart", "", "logs-*"),
    ],
)
def test_an_address_names_server_index_range_and_terms(text: str, host: str, index: str) -> None:
    day_ns = 86_400_000_000_000
    source = parse_source(text, ManualClock(10 * day_ns))
    assert (source.host, source.index) == (host, index)
    assert (source.since_ns, source.until_ns) == (8 * day_ns, 10 * day_ns)
    assert source.terms == (("service.name", "cart"),)


@pytest.mark.parametrize(
    "text", ["opensearch://", "opensearch://host/logs?since=soon", "opensearch:///a/b/c"]
)
def test_a_bad_address_is_said(text: str) -> None:
    with pytest.raises(InputError):
        parse_source(text, ManualClock())


def test_moments() -> None:
    assert moment_ns("90m", 7200 * 10**9) == 1800 * 10**9
    assert moment_ns("2026-11-22", 0) == rfc3339_ns("2026-11-22T00:00:00Z")
    assert moment_ns("2026-11-22T10:00:00+02:00", 0) == rfc3339_ns("2026-11-22T08:00:00Z")


def _hit(time: int, number: int, identifier: str) -> dict[str, Any]:
    return {"_index": "logs", "_id": identifier, "sort": [time, number]}


def test_documents_with_the_same_key_are_taken_once_across_pages() -> None:
    cursor = Cursor()
    first = [_hit(1_000, 1, "a"), _hit(2_000, 5, "b"), _hit(2_000, 5, "c")]
    assert cursor.take(first) == first
    assert cursor.after() == {"search_after": [2_000, 4]}
    second = [_hit(2_000, 5, "c"), _hit(2_000, 5, "b"), _hit(2_000, 5, "d"), _hit(3_000, 0, "e")]
    assert cursor.take(second) == second[2:]
    assert (cursor.documents, cursor.read) == (5, ["logs/e"])


@pytest.mark.parametrize("name", ["service", "service_name", "app", "application"])
def test_a_plain_document_names_its_service(name: str) -> None:
    assert attributes_of({"message": LINE, name: "cart"})["service.name"] == "cart"
    assert attributes_of({name: "cart", "service.name": "proper"})["service.name"] == "proper"


@pytest.mark.parametrize(
    ("index", "stem"),
    [
        ("logs-cart", "logs-cart"),
        ("logs-cart-2026.11.22", "logs-cart"),
        ("logs-cart-2026-11", "logs-cart"),
        ("otel-v1-000012", "otel-v1"),
        (".ds-logs-cart-000001", "logs-cart"),
        (".ds-logs-cart-2026.11.22-000001", "logs-cart"),
        ("2026.11.22", "2026.11.22"),
    ],
)
def test_indices_of_other_days_have_one_name_in_common(index: str, stem: str) -> None:
    assert stem_of(index) == stem
