"""An Alerting monitor on incidents, and the notification channel that it uses.

A bucket-level monitor keeps one alert an incident, so that each is told once, and again only when it is new.
https://docs.opensearch.org/latest/observing-your-data/alerting/api/
"""

from typing import Any

from burl.write.names import IndexNames
from burl_opensearch.settings import AlertSettings

LOOKBACK_MINUTES = 30
"""Longer than an incident stays open: an incident that is written late is still seen."""
_BUCKETS = 100


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
    url = settings.url.get_secret_value() if settings.url else ""
    return config | {"config_type": settings.form, settings.form: {"url": url}}


def build_monitor(names: IndexNames, settings: AlertSettings, channel: str, link: str) -> dict[str, Any]:
    """Return the monitor; `link` is where its messages send people, empty for nowhere."""
    return {
        "type": "monitor",
        "monitor_type": "bucket_level_monitor",
        "name": monitor_name(names),
        "enabled": True,
        "schedule": {"period": {"interval": 1, "unit": "MINUTES"}},
        "inputs": [{"search": {"indices": [names.alias("incidents")], "query": _query(settings.min_grade)}}],
        "triggers": [{"bucket_level_trigger": _trigger(channel, link)}],
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
        "aggregations": {"incidents": {"composite": {"size": _BUCKETS, "sources": [by_id]}, "aggs": {}}},
    }


def _trigger(channel: str, link: str) -> dict[str, Any]:
    policy = {"action_execution_scope": {"per_alert": {"actionable_alerts": ["NEW"]}}}
    action = {
        "name": "tell",
        "destination_id": channel,
        "subject_template": {"source": "Burl: abnormal logs", "lang": "mustache"},
        "message_template": {"source": message(link), "lang": "mustache"},
        "throttle_enabled": False,
        "action_execution_policy": policy,
    }
    condition = {
        "buckets_path": {"count": "_count"},
        "parent_bucket_path": "incidents",
        "script": {"source": "params.count > 0", "lang": "painless"},
    }
    return {"name": "an incident", "severity": "2", "condition": condition, "actions": [action]}


def message(link: str) -> str:
    """Return what is told of an incident: what, where, since when, how bad, and where to look. Mustache."""
    lines = (
        "{{#ctx.newAlerts}}{{#sample_documents}}{{#_source}}",
        "{{reason}}",
        "Where: {{#services}}{{.}} {{/services}}",
        "Since: {{data_start_time}}",
        "Grade: {{anomaly_grade}} of 1, {{anomaly_count}} findings",
        *((f"Look: {link}",) if link else ()),
        "{{/_source}}{{/sample_documents}}{{/ctx.newAlerts}}",
    )
    return "\n".join(lines)
