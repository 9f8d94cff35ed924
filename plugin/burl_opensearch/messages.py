"""What people are told of an incident: what, where, since when, why, and where to look. Mustache.

Mail gets values as they are, by three braces. The others get JSON, and values as JSON has them: that is what
two braces mean in Alerting.
"""

import json
from typing import Any

from burl_opensearch.settings import AlertForm

INCIDENT_ID = "{{{bucket_keys}}}"
"""The incident's id: the one value that is known where its document is lost."""

_TITLE = "Burl: abnormal logs"
_SERVICES = " of{{#services}} {{{.}}}{{/services}}"
_HOW_BAD = "(findings: {{{anomaly_count}}}, grade: {{{anomaly_grade}}} of 1)"
_LINES = (
    f"What:{{{{#anomaly_kinds}}}} {{{{{{.}}}}}}{{{{/anomaly_kinds}}}} {_HOW_BAD}",
    "Where:{{#services}} {{{.}}}{{/services}}",
    "Since: {{{since}}}",
    "Why: {{{summary}}}",
)


def subject() -> str:
    """Return the subject of a mail."""
    return _TITLE + _each(_documented(_SERVICES))


def message(form: AlertForm, link: str) -> str:
    """Return what is told by a channel of this `form`.

    Args:
        form: a webhook has all of it as `text`, as chat programs take it.
        link: address of the incident, with `INCIDENT_ID` in it; empty for none.
    """
    if form == "slack":
        return _quoted(_slack(link))
    look = f"Look: {link}\n" if link else ""
    text = _each(_documented("\n".join(_LINES)) + f"\n{look}")
    return text if form == "mail" else _quoted({"text": f"{_TITLE}\n{text}"})


def _slack(link: str) -> dict[str, Any]:
    """Return blocks of plain text: what a line holds can neither call a channel nor hide an address.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    text = _each(_documented("\n".join(_LINES)) + "\n")
    button = {"type": "button", "text": _plain("Look at it"), "url": _each(link)}
    look = [{"type": "actions", "elements": [button]}] if link else []
    return {"text": _TITLE, "blocks": [{"type": "section", "text": _plain(text)}, *look]}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def _quoted(told: dict[str, Any]) -> str:
    return json.dumps(told).replace("{{{", "{{").replace("}}}", "}}")


def _each(text: str) -> str:
    """Return `text` for each incident: mostly one, all together where they are more than Alerting sends."""
    return "{{#ctx.newAlerts}}" + text + "{{/ctx.newAlerts}}"


def _documented(text: str) -> str:
    """Return `text` filled from the incident's document; where that is lost, the incident's id must do."""
    document = "{{#sample_documents}}{{#_source}}" + text + "{{/_source}}{{/sample_documents}}"
    return document + "{{^sample_documents}}" + f" {INCIDENT_ID}" + "{{/sample_documents}}"
