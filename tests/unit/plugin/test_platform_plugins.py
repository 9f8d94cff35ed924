"""Retention, roles and alerts, on a server that answers as the plugins' sources (2.19, 3.8) say.

No package registry has those plugins but Security's, so forms and order are what can be tested.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from burl.write.names import IndexNames
from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.fields import INCIDENT
from burl_opensearch.monitors import message
from burl_opensearch.plugin_resources import PLUGINS
from burl_opensearch.policies import build_policies
from burl_opensearch.resource import Resource
from burl_opensearch.resources import resources
from burl_opensearch.settings import AlertSettings, PlatformSettings
from burl_opensearch.stamp import compare
from support.http_server import HttpServer, Request
from support.serving import serving

SLACK = AlertSettings(form="slack", url=SecretStr("https://hooks.slack.com/services/x"))
MAIL = AlertSettings(form="mail", mail_account="smtp", mail_to=["ops@example.org"])
_MONITORS = "/_plugins/_alerting/monitors"
_CONFIGS = "/_plugins/_notifications/configs"


class Plugins(HttpServer):
    """Keeps what is put, by path."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, Any] = {}
        self.asked: list[str] = []

    def answer(self, request: Request) -> tuple[int, bytes]:
        self.asked.append(f"{request.method} {request.path}")
        body = json.loads(request.body) if request.body else None
        status, said = self._answer(request.method, request.path, body)
        return status, json.dumps(said).encode()

    def _answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        bare = path.partition("?")[0]
        if bare == f"{_MONITORS}/_search":
            return 200, {"hits": {"hits": self._monitors(body["query"]["term"]["monitor.name.keyword"])}}
        if method == "POST":
            bare = f"{bare}/{body['config_id']}" if bare == _CONFIGS else f"{bare}/made"
            self.kept[bare] = body
            return 201, {}
        if bare in self.kept and body and _type(body) != _type(self.kept[bare]):
            return 409, {"error": "Config type cannot be changed after creation"}
        must_exist = method != "PUT" or bare.startswith((_MONITORS, _CONFIGS))
        if must_exist and bare not in self.kept:
            return 404, {"error": "not found"}
        if method == "PUT":
            self.kept[bare] = body
        found = self.kept.pop(bare) if method == "DELETE" else self.kept[bare]
        return 200, _as_told(bare, found)

    def _monitors(self, name: str) -> list[Any]:
        kept = [(path, body) for path, body in self.kept.items() if path.startswith(_MONITORS)]
        # Alerting leaves `ui_metadata` out, but for Dashboards.
        told = [(path, {k: v for k, v in body.items() if k != "ui_metadata"}) for path, body in kept]
        return [{"_id": path.split("/")[-1], "_source": body} for path, body in told if body["name"] == name]


def _type(body: Any) -> Any:
    """Return the type of a channel; of anything else, None."""
    return body.get("config", {}).get("config_type")


def _as_told(path: str, body: Any) -> Any:
    """Return what a GET answers where that is not what was put."""
    if "/_security/" in path:
        return {path.rsplit("/", maxsplit=1)[-1]: body}
    if path.startswith(_CONFIGS):
        return {"config_list": [body]}
    return body | {"_seq_no": 3, "_primary_term": 1}


@pytest.fixture
def server() -> Iterator[Plugins]:
    with serving(Plugins()) as server:
        yield server


def _of_plugins(server: Plugins, alerts: AlertSettings, **settings: Any) -> list[Resource]:
    client = connect(OpenSearchSettings(hosts=[server.url]))
    given = PlatformSettings(alerts=alerts, **settings)
    everything = resources(client, IndexNames(), given)
    return [resource for resource in everything if resource.kind in PLUGINS]


def _state(resource: Resource) -> str:
    return compare(resource.name, resource.find(), resource.meta)


@pytest.mark.parametrize("alerts", [SLACK, MAIL])
def test_everything_is_put_up_replaced_and_taken_away(server: Plugins, alerts: AlertSettings) -> None:
    ours = _of_plugins(server, alerts)
    assert {resource.kind for resource in ours} == set(PLUGINS)
    assert {_state(resource) for resource in ours} == {"missing"}
    for _ in range(2):
        for resource in ours:
            resource.apply()
        assert {_state(resource) for resource in ours} == {"current"}
    for resource in ours:
        resource.remove()
    assert {_state(resource) for resource in ours} == {"missing"}


def test_a_channel_of_another_type_takes_its_place(server: Plugins) -> None:
    for alerts in (SLACK, MAIL):
        for resource in _of_plugins(server, alerts):
            resource.apply()
        assert {_state(resource) for resource in _of_plugins(server, alerts)} == {"current"}


def test_indices_that_stay_are_let_go_by_their_policy(server: Plugins) -> None:
    (policy, _) = [r for r in _of_plugins(server, AlertSettings()) if r.kind == "retention policy"]
    policy.apply()
    policy.remove()
    removed, deleted = server.asked[-2:]
    assert removed.startswith("POST /_plugins/_ism/remove/burl_anomalies-*-*-*,")
    assert deleted == "DELETE /_plugins/_ism/policies/burl_retention_policy"


def test_another_retention_is_outdated_and_reaches_indices_that_are_there(server: Plugins) -> None:
    for resource in _of_plugins(server, AlertSettings()):
        resource.apply()
    shorter = {r.name: r for r in _of_plugins(server, AlertSettings(), retention_days=7)}
    assert _state(shorter["burl_retention_policy"]) == "outdated"
    assert _state(shorter["burl_logs_retention_policy"]) == "current"
    shorter["burl_retention_policy"].apply()
    assert _state(shorter["burl_retention_policy"]) == "current"
    put, *others = server.asked[-4:-1]
    assert put == "PUT /_plugins/_ism/policies/burl_retention_policy?if_seq_no=3&if_primary_term=1"
    assert [re.match(r"POST /_plugins/_ism/(\w+)/burl_", asked)[1] for asked in others] == [  # type: ignore[index] # fails where there is none
        "add",
        "change_policy",
    ]


def test_verdicts_are_kept() -> None:
    policies = build_policies(IndexNames("mine"), PlatformSettings()).values()
    patterns = [pattern for policy in policies for pattern in policy["ism_template"][0]["index_patterns"]]
    assert "mine_anomalies-*-*-*" in patterns
    assert not any("feedback" in pattern or pattern.startswith("mine_*") for pattern in patterns)


@pytest.mark.parametrize("form", ["slack", "mail", "webhook"])
def test_a_message_says_what_where_since_when_and_where_to_look(form: str) -> None:
    text = message(form, "https://dashboards/app")
    used = set(re.findall(r"{{(\w+)}}", text)) - {"bucket_keys"} | {"services"}
    assert used <= {field.name for field in INCIDENT}
    assert {"reason", "services", "data_start_time", "anomaly_grade"} <= used
    assert "https://dashboards/app" in text
    assert "Look" not in message(form, "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"form": "slack"},
        {"form": "mail", "mail_to": ["a@b.org"]},
        {"form": "slack", "url": "https://chat.example/hooks/x"},
    ],
)
def test_half_an_alert_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AlertSettings.model_validate(wrong)
