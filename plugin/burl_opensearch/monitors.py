"""An Alerting monitor on incidents, and the notification channel that it uses.

A bucket-level monitor keeps one alert an incident, so that each is told once, and again only when it is new.
https://docs.opensearch.org/latest/observing-your-data/alerting/api/
"""

from typing import Any

from burl.write.names import IndexNames
from burl_opensearch.messages import message, subject
from burl_opensearch.settings import AlertSettings

LOOKBACK_MINUTES = 30
"""Longer than an incident stays open: an incident that is written late is still seen."""
_BUCKETS = 100
_BY_INCIDENT = "composite_agg"
"""The aggregation must have this name: Alerting looks for the documents of an alert nowhere else."""


def build_channel(settings: AlertSettings, name: str) -> dict[str, Any]:
    """Return the body that makes the notification channel `name`; its form must not be `none`."""
    config: dict[str, Any] = {"name": name, "description": "Burl's incidents", "is_enabled": True}
    if settings.form == "mail":
        return config | {
            "config_type": "email",
            "email": {
                "email_account_id": settings.mail_account,
                "recipient_list": [{"recipient": address} for address in settings.mail_to],
                "email_group_id_list": [],
            },
        }
    # Slack, too: the plugin's own channel for it sends only `text`, in which Slack would obey `<!channel>`.
    url = settings.url.get_secret_value() if settings.url else ""
    return config | {"config_type": "webhook", "webhook": {"url": url}}


def build_monitor(names: IndexNames, settings: AlertSettings, channel: str, link: str) -> dict[str, Any]:
    """Return the monitor; `link` is where its messages send people (as for `message`), empty for nowhere."""
    return {
        "type": "monitor",
        "monitor_type": "bucket_level_monitor",
        "name": monitor_name(names),
        "enabled": True,
        "schedule": {"period": {"interval": 1, "unit": "MINUTES"}},
        "inputs": [{"search": {"indices": [names.alias("incidents")], "query": _query(settings.min_grade)}}],
        "triggers": [{"bucket_level_trigger": _trigger(names, channel, message(settings.form, link))}],
    }


def monitor_name(names: IndexNames) -> str:
    """Return what the monitor is called, and found by."""
    return f"{names.prefix} incidents"


def _query(min_grade: float) -> dict[str, Any]:
    since = f"{{{{period_end}}}}||-{LOOKBACK_MINUTES}m"
    recent = {"range": {"data_end_time": {"gte": since, "format": "epoch_millis"}}}
    grade = {"range": {"anomaly_grade": {"gte": min_grade}}}
    by_id = {"incident": {"terms": {"field": "incident_id"}}}
    return {
        "size": 0,
        "query": {"bool": {"filter": [recent, grade]}},
        "aggregations": {_BY_INCIDENT: {"composite": {"size": _BUCKETS, "sources": [by_id]}, "aggs": {}}},
    }


def _trigger(names: IndexNames, channel: str, text: str) -> dict[str, Any]:
    policy = {"action_execution_scope": {"per_alert": {"actionable_alerts": ["NEW"]}}}
    action = {
        "name": "tell",
        "destination_id": channel,
        "subject_template": {"source": subject(), "lang": "mustache"},
        "message_template": {"source": text, "lang": "mustache"},
        "throttle_enabled": False,
        "action_execution_policy": policy,
    }
    condition = {
        "buckets_path": {"count": "_count"},
        "parent_bucket_path": _BY_INCIDENT,
        "script": {"source": "params.count > 0", "lang": "painless"},
    }
    # Alerts belong to the trigger's id: given another at each change, all that are open would be told again.
    identifier = f"{names.prefix}_incident"
    return {
        "id": identifier,
        "name": "an incident",
        "severity": "2",
        "condition": condition,
        "actions": [action],
    }
