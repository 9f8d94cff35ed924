"""Attributes -> who wrote a record."""

import pytest

from burl.receive.batch import Identity
from burl.receive.identity import file_stem, identify, workload_of
from burl.receive.server import peer_host
from burl.receive.settings import IdentitySettings

ID = "ab" * 32


def who(**attributes: str) -> Identity:
    return identify(
        {key.replace("__", "."): value for key, value in attributes.items()}, "peer", IdentitySettings()
    )


@pytest.mark.parametrize(
    ("pod", "workload"),
    [
        ("checkout-6d5f7c9b8-x2x7k", "checkout"),
        ("shop-api-229ff5fb5-dn4qt", "shop-api"),
        ("shop-pg-0", "shop-pg"),
        ("web-12", "web"),
        ("fluent-bit-x2x7k", "fluent-bit-x2x7k"),
        ("plain", "plain"),
    ],
)
def test_workload(pod: str, workload: str) -> None:
    assert workload_of(pod) == workload


@pytest.mark.parametrize(
    "attributes",
    [
        {
            "k8s__namespace__name": "shop",
            "k8s__pod__name": "api-6d5f7c9b8-x2x7k",
            "k8s__container__name": "app",
        },
        {
            "kubernetes__namespace_name": "shop",
            "kubernetes__pod_name": "api-6d5f7c9b8-x2x7k",
            "kubernetes__container_name": "app",
        },
        {"log__file__path": f"/var/log/containers/api-6d5f7c9b8-x2x7k_shop_app-{ID}.log"},
        {"log__file__name": f"api-6d5f7c9b8-x2x7k_shop_app-{ID}.log.gz"},
        {"log__file__path": "/var/log/pods/shop_api-6d5f7c9b8-x2x7k_0ec2b6b4-6d0c/app/0.log"},
        {"fluent_tag": f"kube.var.log.containers.api-6d5f7c9b8-x2x7k_shop_app-{ID}.log"},
    ],
)
def test_every_source_says_the_same(attributes: dict[str, str]) -> None:
    identity = who(**attributes)
    assert (identity.stream, identity.service) == ("shop/api-6d5f7c9b8-x2x7k/app", "shop/api/app")
    expected = {"service.name": "api", "k8s.namespace.name": "shop", "k8s.pod.name": "api-6d5f7c9b8-x2x7k"}
    assert expected.items() <= identity.fields.items()


def test_the_resource_wins_over_the_file() -> None:
    path = f"/var/log/containers/api-6d5f7c9b8-x2x7k_shop_app-{ID}.log"
    assert who(log__file__path=path, k8s__container__name="proxy").container == "proxy"


def test_a_given_service_name_is_copied_and_the_workload_stays() -> None:
    identity = who(k8s__pod__name="api-6d5f7c9b8-x2x7k", service__name="shop-api", service__version="2")
    assert identity.workload == "api"
    assert identity.fields["service.name"] == "shop-api"
    assert identity.fields["service.version"] == "2"


@pytest.mark.parametrize(
    ("attributes", "stream", "service"),
    [
        ({}, "/peer/", "/peer/"),
        ({"service__name": "s"}, "/peer/", "/s/"),
        ({"service__name": "s", "service__instance__id": "i", "service__namespace": "n"}, "n/i/", "n/s/"),
        ({"log__file__path": "/var/log/nginx/access.log.1"}, "/access.log.1/", "/access/"),
        ({"fluent_tag": "app.web"}, "/app.web/", "/app.web/"),
        ({"host__name": "h"}, "/h/", "/peer/"),
    ],
)
def test_without_kubernetes(attributes: dict[str, str], stream: str, service: str) -> None:
    identity = who(**attributes)
    assert (identity.stream, identity.service) == (stream, service)
    assert "k8s.pod.name" not in identity.fields


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("app.log", "app"),
        ("app.log.3", "app"),
        ("app.log.2.gz", "app"),
        ("app-2026-11-22.log", "app"),
        ("app.log-20261122", "app"),
        ("lines.jsonl.gz", "lines"),
        ("2026.log", "2026"),
        ("stdin", "stdin"),
    ],
)
def test_file_stem(name: str, stem: str) -> None:
    assert file_stem(name) == stem


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("ipv4:10.0.0.1:4321", "10.0.0.1"),
        ("ipv6:%5B::1%5D:4321", "::1"),
        ("ipv6:[fe80::1]:4321", "fe80::1"),
        ("unix:/run/burl.sock", "unix"),
    ],
)
def test_peer_host(peer: str, host: str) -> None:
    assert peer_host(peer) == host
