"""`burl inject`: manifests with the agent added."""

from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from burl.errors import UserError
from burl.inject import Logs, Names, inject
from burl.inject.text import read, write
from support.chart import Object, check, golden, objects, pod_specs
from support.command_line import burl

WAYS = ["otlp", "stdout", "/var/log/shop/*.log"]
DEPLOYMENT: Object = yaml.safe_load("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      initContainers:
        - {name: migrate, image: "shop:1.0"}
      containers:
        - {name: shop, image: "shop:1.0", env: [{name: MODE, value: production}]}
        - {name: proxy, image: "proxy:1.0"}
""")
SERVICE: Object = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}, "spec": {}}

by_way = pytest.mark.parametrize("way", WAYS)


@by_way
def test_kubernetes_takes_it(way: str) -> None:
    (injected,) = inject([DEPLOYMENT], Logs.parse(way), Names())
    check(injected)
    (spec,) = pod_specs(injected)
    assert [container["name"] for container in spec["initContainers"]][-1] == "migrate"
    assert spec["initContainers"][0]["restartPolicy"] == "Always"


@given(st.lists(st.sampled_from(WAYS), min_size=1, max_size=4))
def test_only_the_last_time_counts(ways: list[str]) -> None:
    once = inject([DEPLOYMENT], Logs.parse(ways[-1]), Names())
    found: list[Object] = [DEPLOYMENT]
    for way in ways:
        found = inject([*found], Logs.parse(way), Names())
    assert found == once


def test_the_manifest_given_is_left_alone() -> None:
    before = deepcopy(DEPLOYMENT)
    inject([DEPLOYMENT], Logs("otlp"), Names())
    assert before == DEPLOYMENT


@pytest.mark.parametrize(
    ("way", "case"),
    [("otlp", "sidecar-otlp"), ("stdout", "sidecar-stdout"), ("/var/log/app/*.log", "sidecar-files")],
)
def test_it_is_what_the_chart_makes(way: str, case: str) -> None:
    (rendered,) = [document for document in golden(case) if document["kind"] == "Deployment"]
    (spec,) = pod_specs(rendered)
    bare = {"kind": "Pod", "spec": {"containers": [{"name": "shop", "image": "shop:1.0"}]}}
    (injected,) = inject([bare], Logs.parse(way), Names(credentials="burl-agent"))
    assert injected["spec"] == spec


def test_what_an_application_says_itself_wins() -> None:
    entry = {"name": "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "value": "http://collector:4317"}
    pod = {"kind": "Pod", "spec": {"containers": [{"name": "a", "image": "a", "env": [entry]}]}}
    (injected,) = inject([pod], Logs("otlp"), Names())
    assert injected["spec"]["containers"][0]["env"][0] == entry
    assert [each["name"] for each in injected["spec"]["containers"][0]["env"]].count(entry["name"]) == 1


def test_a_directory_stands_for_its_log_files() -> None:
    assert Logs.parse("/var/log/shop").path == "/var/log/shop/*.log"
    assert Logs.parse("/var/log/shop/access.log").directory == "/var/log/shop"


@pytest.mark.parametrize("text", ["syslog", "logs/*.log", "/", "/*.log"])
def test_ways_that_are_none(text: str) -> None:
    with pytest.raises(UserError, match="--logs"):
        Logs.parse(text)


@pytest.mark.parametrize(
    "document",
    [
        SERVICE,
        {"metadata": {}},
        {"kind": "Pod", "spec": {}},
        {"kind": "Deployment", "metadata": {"name": "x"}},
    ],
)
def test_what_runs_no_pods_is_refused(document: Object) -> None:
    with pytest.raises(UserError):
        inject([document], Logs("otlp"), Names())


def test_a_volume_in_the_way_is_said() -> None:
    mounts = [{"name": "data", "mountPath": "/var/log/shop"}]
    pod = {"kind": "Pod", "spec": {"containers": [{"name": "a", "image": "a", "volumeMounts": mounts}]}}
    with pytest.raises(UserError, match="/var/log/shop is a volume already"):
        inject([pod], Logs.parse("/var/log/shop"), Names())


def test_a_port_in_the_way_is_said() -> None:
    ports = [{"containerPort": 8080}, {"containerPort": 4317}]
    pod = {"kind": "Pod", "spec": {"containers": [{"name": "otel", "image": "a", "ports": ports}]}}
    with pytest.raises(UserError, match="container otel has port 4317, where the agent takes logs"):
        inject([pod], Logs("otlp"), Names())


@given(st.from_regex(r"\A[-+]?[0-9.]{1,3}([eE][-+]?[0-9]{1,2})?\Z|\A0o?[0-7]{2}\Z|\A[yYnN]\Z") | st.text())
def test_a_string_stays_a_string_for_kubernetes_too(value: str) -> None:
    assert read(write([{"data": value}])) == [{"data": value}]


@pytest.mark.parametrize("value", ["1e3", "-.5E-7", "0o17", "y", "N", "012", "no", "2026-11-22", "12:30:45"])
def test_what_kubernetes_would_take_for_something_else_is_quoted(value: str) -> None:
    assert write([{"data": value}]) == f"data: '{value}'\n"
    assert write(read(f"data: '{value}'\n")) == f"data: '{value}'\n"


@pytest.mark.parametrize(("text", "value"), [("1e3", 1000), ("0o17", 15), ("0644", 420)])
def test_numbers_are_those_that_kubernetes_reads(text: str, value: float) -> None:
    assert read(f"data: {text}\n") == [{"data": value}]


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "deployment.yaml"
    path.write_text(yaml.safe_dump_all([SERVICE, DEPLOYMENT]))
    result = burl(capsys, "inject", "-f", path, "--logs", "stdout")
    assert result.code == 0
    service, deployment = objects(result.out)
    assert service == SERVICE
    path.write_text(result.out)
    assert burl(capsys, "inject", "-f", path, "--logs", "stdout", "--diff").out == ""
    changed = burl(capsys, "inject", "-f", path, "--logs", "otlp", "--diff").out
    assert "-      - name: burl-pod-logs" in changed
    assert [line for line in changed.splitlines() if line.startswith("+++")] == [f"+++ {path} (injected)"]
    assert deployment["kind"] == "Deployment"


def test_mistakes_are_said_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("a: [")
    for arguments in (["-f", path, "--logs", "otlp"], ["-f", tmp_path / "none", "--logs", "otlp"]):
        result = burl(capsys, "inject", *arguments)
        assert (result.code, len(result.err.splitlines())) == (2, 1)
