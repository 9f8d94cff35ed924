"""An Alerting monitor on incidents, and the notification channel that it uses.

A bucket-level monitor keeps one alert an incident, so that each is told once, and again only when it is new.
https://docs.opensearch.org/latest/observing-your-data/alerting/api/
"""

import json
from typing import Any

from burl.write.names import IndexNames
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
    url = settings.url.get_secret_value() if settings.url else ""
    return config | {"config_type": settings.form, settings.form: {"url": url}}


def build_monitor(names: IndexNames, settings: AlertSettings, channel: str, link: str) -> dict[str, Any]:
    """Return the monitor; `link` is where its messages send people (Mustache), empty for nowhere."""
    return {
        "type": "monitor",
        "monitor_type": "bucket_level_monitor",
        "name": monitor_name(names),
        "enabled": True,
        "schedule": {"period": {"interval": 1, "unit": "MINUTES"}},
        "inputs": [{"search": {"indices": [names.alias("incidents")], "query": _query(settings.min_grade)}}],
        "triggers": [{"bucket_level_trigger": _trigger(channel, message(settings.form, link))}],
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


def _trigger(channel: str, text: str) -> dict[str, Any]:
    policy = {"action_execution_scope": {"per_alert": {"actionable_alerts": ["NEW"]}}}
    action = {
        "name": "tell",
        "destination_id": channel,
        "subject_template": {"source": f"{_SUBJECT}{_of_incident(_SERVICES)}", "lang": "mustache"},
        "message_template": {"source": text, "lang": "mustache"},
        "throttle_enabled": False,
        "action_execution_policy": policy,
    }
    condition = {
        "buckets_path": {"count": "_count"},
        "parent_bucket_path": _BY_INCIDENT,
        "script": {"source": "params.count > 0", "lang": "painless"},
    }
    return {"name": "an incident", "severity": "2", "condition": condition, "actions": [action]}


_SUBJECT = "Burl: abnormal logs"
_SERVICES = " of{{#services}} {{{.}}}{{/services}}"


def message(form: str, link: str) -> str:
    """Return what is told of an incident: what, where, since when, how bad, and where to look. Mustache.

    A webhook gets JSON with all of it as `text`, as chat programs take it: in Alerting, two braces make a
    value JSON. To the others values go as they are, by three braces; Slack hides an address behind words.
    """
    lines = (
        "What: {{{reason}}}",
        "Where:{{#services}} {{{.}}}{{/services}}",
        "Since: {{{data_start_time}}}",
        "Grade: {{{anomaly_grade}}} of 1, findings: {{{anomaly_count}}}",
        *((f"<{link}|Look at it>" if form == "slack" else f"Look: {link}",) if link else ()),
    )
    text = _of_incident("\n".join(lines))
    if form != "webhook":
        return text
    told = json.dumps({"text": f"{_SUBJECT}\n{text}"})
    return told.replace("{{{", "{{").replace("}}}", "}}")


def _of_incident(text: str) -> str:
    """Return Mustache that fills `text` from the incident's document; where that is lost, its id must do."""
    document = "{{#sample_documents}}{{#_source}}" + text + "{{/_source}}{{/sample_documents}}"
    without = "{{^sample_documents}} {{{bucket_keys}}}{{/sample_documents}}"
    return "{{#ctx.newAlerts}}" + document + without + "{{/ctx.newAlerts}}"
