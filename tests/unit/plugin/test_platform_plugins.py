"""Retention, roles and alerts: what is asked of their plugins, and in which order."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from burl.write.names import IndexNames
from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.fields import INCIDENT
from burl_opensearch.messages import message
from burl_opensearch.monitors import build_monitor
from burl_opensearch.plugin_resources import PLUGINS
from burl_opensearch.policies import build_policies
from burl_opensearch.resource import Resource
from burl_opensearch.resources import resources
from burl_opensearch.settings import AlertForm, AlertSettings, PlatformSettings
from burl_opensearch.stamp import compare
from support.plugin_server import Plugins
from support.serving import serving

SLACK = AlertSettings(form="slack", url=SecretStr("https://hooks.slack.com/services/x"))
MAIL = AlertSettings(form="mail", mail_account="smtp", mail_to=["ops@example.org"])


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
    server.indices.append("burl_anomalies-default-default-2026.11")
    for resource in _of_plugins(server, AlertSettings()):
        resource.apply()
    shorter = {r.name: r for r in _of_plugins(server, AlertSettings(), retention_days=7)}
    assert _state(shorter["burl_retention_policy"]) == "outdated"
    assert _state(shorter["burl_logs_retention_policy"]) == "current"
    shorter["burl_retention_policy"].apply()
    assert _state(shorter["burl_retention_policy"]) == "current"
    put, _, *others = server.asked[-5:-1]
    assert put == "PUT /_plugins/_ism/policies/burl_retention_policy?if_seq_no=3&if_primary_term=1"
    assert [re.match(r"POST /_plugins/_ism/(\w+)/burl_", asked)[1] for asked in others] == [  # type: ignore[index] # fails where there is none
        "add",
        "change_policy",
    ]


def test_the_trigger_keeps_its_id_whatever_its_messages_say() -> None:
    """With another id, Alerting would tell of every open incident again."""
    ids = set()
    for alerts in (SLACK, MAIL):
        monitor = build_monitor(IndexNames(), alerts, "channel", "https://dashboards/app")
        ids.add(monitor["triggers"][0]["bucket_level_trigger"]["id"])
    assert ids == {"burl_incident"}


def test_verdicts_are_kept() -> None:
    policies = build_policies(IndexNames("mine"), PlatformSettings()).values()
    patterns = [pattern for policy in policies for pattern in policy["ism_template"][0]["index_patterns"]]
    assert "mine_anomalies-*-*-*" in patterns
    assert not any("feedback" in pattern or pattern.startswith("mine_*") for pattern in patterns)


@pytest.mark.parametrize("form", ["slack", "mail", "webhook"])
def test_a_message_says_what_where_since_when_why_and_where_to_look(form: AlertForm) -> None:
    text = message(form, "https://dashboards/app")
    used = set(re.findall(r"{{#?(\w+)}}", text)) - {"bucket_keys", "sample_documents", "_source"}
    assert used <= {field.name for field in INCIDENT}
    assert {"anomaly_kinds", "services", "since", "summary"} <= used
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
