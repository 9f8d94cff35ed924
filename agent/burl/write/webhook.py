"""Tells a web address of incidents: once when they open, once when they close."""

import urllib.error
import urllib.request
from functools import partial
from http.client import HTTPException
from typing import Any

from burl.decide import Findings, Incident
from burl.errors import Permanent, Retryable
from burl.write.backoff import Retry
from burl.write.documents import to_json
from burl.write.settings import WebhookSettings

REMEMBERED_INCIDENTS = 10_000
_TOLD_LINES, _TOLD_CHARACTERS = 3, 200
"""Of the first lines of an incident: a message is read on a phone."""
_TRY_AGAIN = {408, 429, 500, 502, 503, 504}


class WebhookSink:
    """Posts incidents as JSON, or as Slack's messages; annotations and dead letters are not for it."""

    name = "webhook"

    def __init__(self, settings: WebhookSettings, retry: Retry) -> None:
        """Connects at each write. Args: `retry` bounds each incident's delivery."""
        self._settings = settings
        self._retry = retry
        self._told: dict[tuple[str, str], None] = {}

    def write(self, findings: Findings) -> None:
        """Post what opened and what closed. Raises Retryable or Permanent at the first that failed."""
        for incident in findings.incidents:
            key = (incident.id, str(incident.document.get("state")))
            if key not in self._told and self._matters(incident):
                self._retry.run(partial(self._post, self._body(incident.document)))
                self._remember(key)

    def healthy(self) -> bool:
        """Return True: the receiver's absence is found out by writing."""
        return True

    def close(self) -> None:
        """End running retries."""
        self._retry.stop()

    def _body(self, incident: dict[str, Any]) -> bytes:
        message = slack_message(incident, self._settings.link) if self._settings.form == "slack" else incident
        try:
            return to_json(message)
        except ValueError as error:
            raise Permanent(f"incident {incident.get('incident_id')}: {error}") from None

    def _matters(self, incident: Incident) -> bool:
        return float(incident.document.get("anomaly_grade", 0.0)) >= self._settings.min_grade

    def _remember(self, key: tuple[str, str]) -> None:
        self._told[key] = None
        if len(self._told) > REMEMBERED_INCIDENTS:
            del self._told[next(iter(self._told))]
        self._retry.counters.stored_documents += 1

    def _post(self, body: bytes) -> None:
        request = urllib.request.Request(  # noqa: S310 - the settings allow http and https only
            self._settings.url.get_secret_value(), body, {"Content-Type": "application/json"}, method="POST"
        )
        # Errors never name the address: it may contain a token.
        try:
            with urllib.request.urlopen(request, timeout=self._settings.timeout_seconds) as answer:  # nosec B310 # noqa: S310 - http or https only
                answer.read()
        except urllib.error.HTTPError as error:
            error.close()
            kind = Retryable if error.code in _TRY_AGAIN else Permanent
            raise kind(f"the webhook answered {error.code}") from None
        except (OSError, HTTPException) as error:
            raise Retryable(f"the webhook cannot be reached ({type(error).__name__})") from None


def slack_message(incident: dict[str, Any], link: str = "") -> dict[str, Any]:
    """Return what a Slack incoming webhook is sent for the incident document `incident`.

    `{incident_id}` in `link` stands for the incident's id.

    https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    """
    services = ", ".join(incident.get("services", []))
    grade = incident.get("anomaly_grade", 0.0)
    since = str(incident.get("data_start_time"))[: len("2026-11-22T14:03:07")].replace("T", " ")
    head = f"*Incident {incident.get('state')}* in {_escaped(services)} since {since} UTC, grade {grade:.2f}"
    lines = "\n".join(line[:_TOLD_CHARACTERS] for line in incident.get("first_lines", [])[:_TOLD_LINES])
    quoted = f"\n```{_escaped(lines)}```" if lines else ""
    where = f"\n{link.replace('{incident_id}', str(incident.get('incident_id')))}" if link else ""
    return {"text": f"{head}\n{_escaped(incident.get('reason', ''))}{quoted}{where}"}


def _escaped(text: str) -> str:
    """Return `text` with the three characters that mean something to Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
